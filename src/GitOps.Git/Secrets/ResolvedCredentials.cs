using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>Credentials as they were read for one operation.</summary>
internal sealed class ResolvedCredentials
{
    // Fingerprints are compared inside one process only, and never tell what they were made of.
    private static readonly byte[] FingerprintKey = RandomNumberGenerator.GetBytes(32);

    private ResolvedCredentials()
    {
    }

    public static ResolvedCredentials None { get; } = new() { Fingerprint = "none" };

    public string? Username { get; private init; }

    public string? Password { get; private init; }

    public string? BearerToken { get; private init; }

    public string? ClientCertificate { get; private init; }

    public string? ClientKey { get; private init; }

    public string? CertificateAuthority { get; private init; }

    public string? PrivateKey { get; private init; }

    public string? Passphrase { get; private init; }

    public string? KnownHosts { get; private init; }

    public string? ProxyUsername { get; private init; }

    public string? ProxyPassword { get; private init; }

    /// <summary>Two with one fingerprint hold the same values.</summary>
    public string Fingerprint { get; private init; } = "";

    public static async ValueTask<ResolvedCredentials> ReadAsync(GitCredentials credentials, GitProtocol protocol, ISecretReader? secrets, CancellationToken cancellationToken)
    {
        if (protocol is GitProtocol.Local or GitProtocol.Daemon)
        {
            // Neither authenticates.
            return None;
        }

        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, FingerprintKey);
        var reading = new SecretReading(secrets);
        var isSsh = protocol == GitProtocol.Ssh;
        var read = new ResolvedCredentials
        {
            Username = await Value(credentials.Username, trim: true, isSsh ? [] : ["username"]).ConfigureAwait(false),
            Password = await Value(credentials.Password, trim: true, isSsh ? [] : ["password"]).ConfigureAwait(false),
            BearerToken = await Value(credentials.BearerToken, trim: true, isSsh ? [] : ["bearerToken"]).ConfigureAwait(false),
            ClientCertificate = await Value(credentials.ClientCertificate, trim: false, isSsh ? [] : ["tls.crt", "certFile"]).ConfigureAwait(false),
            ClientKey = await Value(credentials.ClientKey, trim: false, isSsh ? [] : ["tls.key", "keyFile"]).ConfigureAwait(false),
            CertificateAuthority = await Value(credentials.CertificateAuthority, trim: false, isSsh ? [] : ["ca.crt", "caFile"]).ConfigureAwait(false),
            PrivateKey = await Value(credentials.PrivateKey, trim: false, isSsh ? ["identity"] : []).ConfigureAwait(false),
            Passphrase = await Value(credentials.Passphrase, trim: true, isSsh ? ["password"] : []).ConfigureAwait(false),
            KnownHosts = await Value(credentials.KnownHosts, trim: false, isSsh ? ["known_hosts"] : []).ConfigureAwait(false),
            ProxyUsername = await Value(credentials.ProxyUsername, trim: true, []).ConfigureAwait(false),
            ProxyPassword = await Value(credentials.ProxyPassword, trim: true, []).ConfigureAwait(false),
            Fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset()),
        };
        if (read.Username is null != read.Password is null)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, "A user name needs a password, and a password a user name: set both or neither.");
        }

        if (read.Username is not null && read.BearerToken is not null)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, "A bearer token and a user name exclude each other: set one.");
        }

        if (read.ClientCertificate is null != read.ClientKey is null)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, "A client certificate needs its key, and a key its certificate: set both or neither.");
        }

        return read;

        async ValueTask<string?> Value(GitSecret? secret, bool trim, string[] keys)
        {
            var value = secret is null ? null : await secret.ReadAsync(reading, cancellationToken).ConfigureAwait(false);
            for (var i = 0; value is null && i < keys.Length && credentials.SecretRef is { } reference; i++)
            {
                value = await reading.FindAsync(reference, keys[i], cancellationToken).ConfigureAwait(false) is { } found ? Encoding.UTF8.GetString(found.Span) : null;
            }

            // Files and Kubernetes Secrets often end with a newline that is not part of the token.
            value = trim ? value?.TrimEnd('\r', '\n') : value;
            hash.AppendData(value is null ? [0] : [1, .. BitConverter.GetBytes(value.Length), .. Encoding.UTF8.GetBytes(value)]);
            return value;
        }
    }

    /// <summary>Says nothing of what is inside.</summary>
    public override string ToString() => "credentials";
}
