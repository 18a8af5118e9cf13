using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>Makes a connection: through a proxy or not, to a host that <c>known_hosts</c> speaks of, with a private key.</summary>
internal sealed class SshLogin(GitAddress address, ResolvedCredentials credentials, TimeProvider timeProvider)
{
    private const string CertificateSuffix = "-cert-v01@openssh.com";

    private readonly HostKeyCheck _hostKeys = new(address, timeProvider);

    public async Task<SshConnection> ConnectAsync(GitOperation operation)
    {
        var knownHosts = ReadKnownHosts();
        using var key = ReadPrivateKey();
        using var method = new PrivateKeyAuthenticationMethod(address.User!, key);
        var info = MakeInfo(operation.Options.Proxy, method);
        info.Timeout = operation.Options.Timeout;
        OfferKnownKeyTypes(info, knownHosts);
        GitOpsException? refusal = null;
        var client = new SshClient(info) { KeepAliveInterval = operation.Options.KeepAlive };
        client.HostKeyReceived += (_, e) =>
        {
            refusal = _hostKeys.Judge(e, knownHosts);
            e.CanTrust = refusal is null;
        };
        var connection = new SshConnection(client);
        try
        {
            await operation.WaitAsync(async token =>
            {
                await client.ConnectAsync(token).ConfigureAwait(false);
                return 0;
            }).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            connection.Close();
            throw refusal ?? exception switch
            {
                SshAuthenticationException => new GitOpsException(Reasons.AuthenticationFailed, $"{address.Display}: the server refuses the key for user '{address.User}'.", exception),
                SshConnectionException { DisconnectReason: Renci.SshNet.Messages.Transport.DisconnectReason.KeyExchangeFailed } =>
                    new GitOpsException(GitReasons.HostKeyRefused, $"{address.Display}: the host key cannot be trusted: {exception.Message} It must be of a type that known_hosts has for the host ({string.Join(", ", info.HostKeyAlgorithms.Keys)}), and a certificate must be valid at this time.", exception),
                SshOperationTimeoutException => new GitOpsException(Reasons.Timeout, $"{address.Display}: the server was silent for too long while the connection was made.", exception),
                ProxyException => new GitOpsException(Reasons.FetchFailed, $"{address.Display}: the proxy {operation.Options.Proxy!.Host} does not let the connection pass: {exception.Message}", exception),
                SshException or SocketException => new GitOpsException(Reasons.FetchFailed, $"{address.Display}: the server cannot be reached: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    private ConnectionInfo MakeInfo(Uri? proxy, AuthenticationMethod method)
    {
        if (proxy is null)
        {
            return new ConnectionInfo(address.Host, address.Port, address.User!, method);
        }

        const int SocksPort = 1080;
        var type = proxy.Scheme == "http" ? ProxyTypes.Http : proxy.Scheme == "socks4" ? ProxyTypes.Socks4 : ProxyTypes.Socks5;
        return new ConnectionInfo(
            address.Host, address.Port, address.User!, type, proxy.Host, proxy.Port < 0 ? SocksPort : proxy.Port, credentials.ProxyUsername ?? "", credentials.ProxyPassword ?? "", method);
    }

    private KnownHosts ReadKnownHosts()
    {
        if (credentials.KnownHosts is null)
        {
            throw new GitOpsException(GitReasons.HostKeyRefused, $"{address.Display}: no host is trusted without Credentials.KnownHosts: 'ssh-keyscan {address.Host}' prints its keys; compare the fingerprints before you use them.");
        }

        try
        {
            return KnownHosts.Parse(credentials.KnownHosts);
        }
        catch (FormatException exception)
        {
            throw new GitOpsException(GitReasons.HostKeyRefused, $"{address.Display}: {exception.Message}", exception);
        }
    }

    private PrivateKeyFile ReadPrivateKey()
    {
        if (credentials.PrivateKey is null)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{address.Display}: SSH needs Credentials.PrivateKey.");
        }

        // OpenSSH's own format must end with a newline, which is easily lost on the way through a secret store.
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(credentials.PrivateKey.TrimEnd() + "\n"));
        try
        {
            return credentials.Passphrase is null ? new PrivateKeyFile(stream) : new PrivateKeyFile(stream, credentials.Passphrase);
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{address.Display}: the private key has a passphrase: set Credentials.Passphrase.");
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or FormatException or NotSupportedException or ArgumentException or InvalidOperationException or Org.BouncyCastle.Crypto.InvalidCipherTextException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{address.Display}: the private key cannot be read{(credentials.Passphrase is null ? "" : ", or its passphrase is wrong")}. It must be in OpenSSH's format or PEM: Ed25519, ECDSA or RSA.");
        }
    }

    /// <summary>
    /// Asks only for key types that known_hosts has for the host: another type could not be checked. RSA keys sign with SHA-2 only. Where an authority is known,
    /// plain types stay too, after certificates: SSH.NET takes from this list how the authority may have signed.
    /// </summary>
    private void OfferKnownKeyTypes(ConnectionInfo info, KnownHosts knownHosts)
    {
        var types = knownHosts.KeyTypesOf(address.Host, address.Port);
        var hasAuthority = knownHosts.HasCertificateAuthorityFor(address.Host, address.Port);
        foreach (var algorithm in info.HostKeyAlgorithms.Keys.ToList())
        {
            var isCertificate = algorithm.EndsWith(CertificateSuffix, StringComparison.Ordinal);
            var type = algorithm is "rsa-sha2-512" or "rsa-sha2-256" ? "ssh-rsa" : algorithm;
            var isOffered = algorithm is not "ssh-rsa" and not "ssh-rsa-cert-v01@openssh.com"
                && (isCertificate ? hasAuthority : types.Contains(type, StringComparer.Ordinal) || types.Count == 0 || hasAuthority);
            if (!isOffered)
            {
                info.HostKeyAlgorithms.Remove(algorithm);
            }
        }
    }
}
