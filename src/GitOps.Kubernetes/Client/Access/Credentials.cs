using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GitOps.Limits;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>
/// The credentials of an access as they are at the moment: a token file is read anew, certificates from files too, and a credentials program runs
/// again when what it handed out has expired or was refused.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Credentials(ClusterAccess access, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_fileAge = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _renewing = new(1, 1);
    private Current? _current;

    /// <summary>Whether credentials that the server refuses can be renewed.</summary>
    public bool AreRenewable => access.Exec is not null || access.TokenFile is not null || access.Certificate?.File is not null;

    /// <summary>What to send now.</summary>
    /// <exception cref="CredentialsException">It cannot be had.</exception>
    public async ValueTask<Current> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _current) is { } known && !HasEnded(known))
        {
            return known;
        }

        await _renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_current is { } renewed && !HasEnded(renewed))
            {
                return renewed;
            }

            var next = await RenewAsync(_current, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _current, next);
            return next;
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>The server refused these; the next request gets new ones.</summary>
    /// <returns>Whether another try makes sense.</returns>
    public bool Refuse(Current refused)
    {
        if (!AreRenewable)
        {
            return false;
        }

        // Many requests are refused at once; one renewal is enough for all.
        Interlocked.CompareExchange(ref _current, refused with { Ends = DateTimeOffset.MinValue }, refused);
        return true;
    }

    public void Dispose() => _renewing.Dispose();

    private bool HasEnded(Current current) => current.Ends is { } ends && time.GetUtcNow() >= ends;

    private async Task<Current> RenewAsync(Current? old, CancellationToken cancellationToken)
    {
        DateTimeOffset? ends = access.TokenFile is not null || access.Certificate?.File is not null ? time.GetUtcNow() + s_fileAge : null;
        var token = access.TokenFile is null ? access.Token : ReadToken(old);
        var (certificate, key) = ReadCertificate(old);
        if (access.Exec is { } exec && string.IsNullOrEmpty(token))
        {
            var handed = await exec.RunAsync(time, cancellationToken).ConfigureAwait(false);
            token = handed.Token;
            (certificate, key) = string.IsNullOrEmpty(handed.CertificatePem) ? (certificate, key) : (handed.CertificatePem, handed.KeyPem);
            ends = handed.Expires is { } expires && (ends is null || expires < ends) ? expires : ends;
        }

        var same = old is not null && old.CertificatePem == certificate && old.KeyPem == key;
        return new Current(token, certificate, key, same ? old!.Certificate : Load(certificate, key), ends);
    }

    private string? ReadToken(Current? old)
    {
        try
        {
            var text = BoundedRead.Text(access.TokenFile!, PemSource.MostBytes).Trim();
            if (text.Length > 0)
            {
                return text;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is being replaced may be missing for a moment; the old token is most likely still good.
            return old?.Token ?? access.Token ?? throw new CredentialsException($"the token file {access.TokenFile} cannot be read: {e.Message}", e);
        }

        return old?.Token ?? access.Token ?? throw new CredentialsException($"the token file {access.TokenFile} is empty");
    }

    private (string? Certificate, string? Key) ReadCertificate(Current? old)
    {
        if (access.Certificate is null || access.Key is null)
        {
            return default;
        }

        try
        {
            return (access.Certificate.Read(), access.Key.Read());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return old?.CertificatePem is not null ? (old.CertificatePem, old.KeyPem) : throw new CredentialsException($"the client certificate {access.Certificate} or its key {access.Key} cannot be read: {e.Message}", e);
        }
    }

    private static X509Certificate2? Load(string? certificate, string? key)
    {
        if (string.IsNullOrEmpty(certificate) || string.IsNullOrEmpty(key))
        {
            return null;
        }

        try
        {
            using var pem = X509Certificate2.CreateFromPem(certificate, key);

            // The key of a certificate made from PEM is ephemeral, which TLS on some platforms refuses.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CredentialsException("the client certificate and its key are not PEM of one pair", e);
        }
    }

    /// <summary>Credentials at one moment.</summary>
    internal sealed record Current(string? Token, string? CertificatePem, string? KeyPem, X509Certificate2? Certificate, DateTimeOffset? Ends)
    {
        public override string ToString() => $"credentials that end {Ends:u}";
    }
}
