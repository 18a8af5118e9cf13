using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using GitOps.Limits;

namespace GitOps.Helm;

/// <summary>A chart repository of the host: one client for all its charts, made anew when its credentials changed.</summary>
internal sealed class HelmRepository(string name, HelmRepositorySourceOptions options, ISecretReader? secrets) : IDisposable
{
    private const int MaxCredentialBytes = 1024 * 1024;

    private readonly Lock _lock = new();

    // A client that was replaced may still be answering somebody, so it is kept until the end. Credentials change seldom.
    private readonly List<HelmRepositoryClient> _clients = [];
    private byte[] _current = [];

    /// <summary>The client with the credentials of this moment.</summary>
    /// <exception cref="HelmException">The credentials cannot be read.</exception>
    public async ValueTask<HelmRepositoryClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var material = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var fingerprint = material.Fingerprint();
        lock (_lock)
        {
            if (!_current.AsSpan().SequenceEqual(fingerprint))
            {
                _clients.Add(new HelmRepositoryClient(Connection(material)));
                _current = fingerprint;
            }

            return _clients[^1];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _clients.ForEach(static c => c.Dispose());

    private HelmRepositoryOptions Connection(Material material)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            if (material.Authorities is { } pem)
            {
                authorities.ImportFromPem(pem);
            }

            return new HelmRepositoryOptions
            {
                Url = new Uri(options.Url!),
                Username = material.Username,
                Password = material.Password,
                PassCredentials = options.PassCredentials,
                ClientCertificate = material.Certificate is { } certificate ? X509Certificate2.CreateFromPem(certificate, material.Key ?? certificate) : null,
                CertificateAuthorities = [.. authorities],
                InsecureSkipTlsVerify = options.InsecureSkipTlsVerify,
                Timeout = options.Timeout,
                MaxIndexSize = options.MaxIndexSize,
                MaxArchiveSize = options.MaxArchiveSize,
            };
        }
        catch (CryptographicException e)
        {
            throw new HelmException(Reasons.AuthenticationFailed, $"Helm repository '{name}': a certificate or its key cannot be read as PEM", e);
        }
    }

    private async ValueTask<Material> ReadAsync(CancellationToken cancellationToken)
    {
        var material = new Material(
            options.Username,
            options.Password,
            await FileAsync(options.ClientCertificateFile, cancellationToken).ConfigureAwait(false),
            await FileAsync(options.ClientKeyFile, cancellationToken).ConfigureAwait(false),
            await FileAsync(options.CertificateAuthorityFile, cancellationToken).ConfigureAwait(false));
        if (options.SecretName is not { Length: > 0 } secretName)
        {
            return material;
        }

        var reader = secrets ?? throw new HelmException(Reasons.AuthenticationFailed, $"Helm repository '{name}': nothing reads the Secret '{secretName}'; call UseKubernetes()");
        var secret = await reader.ReadAsync(options.SecretNamespace, secretName, cancellationToken).ConfigureAwait(false)
            ?? throw new HelmException(Reasons.NotFound, $"Helm repository '{name}': there is no Secret '{secretName}'");
        return new Material(
            Text("username") ?? material.Username,
            Text("password") ?? material.Password,
            Text("tls.crt") ?? material.Certificate,
            Text("tls.key") ?? material.Key,
            Text("ca.crt") ?? material.Authorities);

        string? Text(string key) => secret.TryGetValue(key, out var value) ? Encoding.UTF8.GetString(value.Span) : null;
    }

    private async ValueTask<string?> FileAsync(string? path, CancellationToken cancellationToken)
    {
        if (path is not { Length: > 0 })
        {
            return null;
        }

        try
        {
            return await BoundedRead.TextAsync(path, MaxCredentialBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HelmException(Reasons.AuthenticationFailed, $"Helm repository '{name}': {e.Message}", e);
        }
    }

    private sealed record Material(string? Username, string? Password, string? Certificate, string? Key, string? Authorities)
    {
        public byte[] Fingerprint() => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Username, Password, Certificate, Key, Authorities)));

        /// <summary>Prints nothing secret.</summary>
        public override string ToString() => nameof(Material);
    }
}
