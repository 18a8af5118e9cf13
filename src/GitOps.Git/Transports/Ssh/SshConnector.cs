using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GitOps.Limits;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>Reaches a repository over SSH. One connection is kept and carries one channel for each conversation.</summary>
internal sealed class SshConnector(GitAddress address, ResolvedCredentials credentials, TimeProvider timeProvider) : StreamConnector(address)
{
    private const string CertificateSuffix = "-cert-v01@openssh.com";

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly HostKeyCheck _hostKeys = new(address, timeProvider);
    private readonly ConcurrentQueue<SshClient> _lost = new();
    private volatile SshClient? _client;

    /// <inheritdoc/>
    public override GitChannel Open(GitOperation operation, string service) =>
        Blocking.Wait(OpenAsync(operation, service));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _client?.Dispose();
        CloseLost();
        _connecting.Dispose();
        base.Dispose();
    }

    private async Task<GitChannel> OpenAsync(GitOperation operation, string service)
    {
        // A kept connection may turn out to be gone only when it is used; a second try is made over a new one.
        for (var attempt = 0; ; attempt++)
        {
            var (client, isNew) = await ConnectAsync(operation).ConfigureAwait(false);
            var mayRetry = !isNew && attempt == 0;
            try
            {
                return await operation.WaitAsync(token => StartAsync(operation, client, service, token)).ConfigureAwait(false);
            }
            catch (Exception exception) when (mayRetry && exception is SshException or SocketException or ObjectDisposedException or InvalidOperationException or GitOpsException { Reason: Reasons.Timeout })
            {
                Drop(client);
            }
            catch (Exception exception) when (exception is SshException or SocketException)
            {
                Drop(client);
                throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the connection was lost: {exception.Message}", exception);
            }
            catch (GitOpsException)
            {
                Drop(client);
                throw;
            }
        }
    }

    /// <summary>Starts a conversation. The library waits for the server without a way to cancel that, so that a thread of its own does.</summary>
    private async Task<GitChannel> StartAsync(GitOperation operation, SshClient client, string service, CancellationToken cancellationToken)
    {
        var starting = Task.Run(() => new SshChannel(operation, client.CreateCommand($"{service} {Quote(Address.Path)}"), Address, isStuck => Drop(client, isStuck)), CancellationToken.None);
        try
        {
            return await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = EndLateAsync(starting);
            throw;
        }
    }

    private static async Task EndLateAsync(Task<SshChannel> starting)
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully)
        {
            (await starting.ConfigureAwait(false)).Dispose();
        }
    }

    /// <summary>Ends a connection, and what others say over it.</summary>
    private void Drop(SshClient client, bool isStuck = false)
    {
        Interlocked.CompareExchange(ref _client, null, client);
        if (isStuck)
        {
            // Saying goodbye waits until the server takes it, which it may never do.
            BlockingWork.Abandon(client.Dispose);
        }
        else
        {
            client.Dispose();
        }
    }

    /// <summary>Takes a connection that broke out of use. It cannot be closed from within its own event.</summary>
    private void Forget(SshClient client)
    {
        if (ReferenceEquals(Interlocked.CompareExchange(ref _client, null, client), client))
        {
            _lost.Enqueue(client);
        }
    }

    private void CloseLost()
    {
        while (_lost.TryDequeue(out var client))
        {
            client.Dispose();
        }
    }

    private async Task<(SshClient Client, bool IsNew)> ConnectAsync(GitOperation operation)
    {
        await _connecting.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            // The library's own IsConnected now and then denies a connection that is fine, which would end what others say over it.
            if (_client is { } kept)
            {
                return (kept, false);
            }

            CloseLost();
            var client = await ConnectNewAsync(operation).ConfigureAwait(false);
            _client = client;
            return (client, true);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<SshClient> ConnectNewAsync(GitOperation operation)
    {
        var knownHosts = ReadKnownHosts();
        using var key = ReadPrivateKey();
        using var method = new PrivateKeyAuthenticationMethod(Address.User!, key);
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
        client.ErrorOccurred += (_, _) => Forget(client);
        try
        {
            await operation.WaitAsync(async token =>
            {
                await client.ConnectAsync(token).ConfigureAwait(false);
                return 0;
            }).ConfigureAwait(false);
            return client;
        }
        catch (Exception exception)
        {
            client.Dispose();
            throw refusal ?? exception switch
            {
                SshAuthenticationException => new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the server refuses the key for user '{Address.User}'.", exception),
                SshConnectionException { DisconnectReason: Renci.SshNet.Messages.Transport.DisconnectReason.KeyExchangeFailed } =>
                    new GitOpsException(GitReasons.HostKeyRefused, $"{Address.Display}: the host key cannot be trusted: {exception.Message} It must be of a type that known_hosts has for the host ({string.Join(", ", info.HostKeyAlgorithms.Keys)}), and a certificate must be valid at this time.", exception),
                SshOperationTimeoutException => new GitOpsException(Reasons.Timeout, $"{Address.Display}: the server was silent for too long while the connection was made.", exception),
                ProxyException => new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the proxy {operation.Options.Proxy!.Host} does not let the connection pass: {exception.Message}", exception),
                SshException or SocketException => new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server cannot be reached: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    private ConnectionInfo MakeInfo(Uri? proxy, AuthenticationMethod method)
    {
        if (proxy is null)
        {
            return new ConnectionInfo(Address.Host, Address.Port, Address.User!, method);
        }

        const int SocksPort = 1080;
        var type = proxy.Scheme == "http" ? ProxyTypes.Http : proxy.Scheme == "socks4" ? ProxyTypes.Socks4 : ProxyTypes.Socks5;
        return new ConnectionInfo(
            Address.Host, Address.Port, Address.User!, type, proxy.Host, proxy.Port < 0 ? SocksPort : proxy.Port, credentials.ProxyUsername ?? "", credentials.ProxyPassword ?? "", method);
    }

    private KnownHosts ReadKnownHosts()
    {
        if (credentials.KnownHosts is null)
        {
            throw new GitOpsException(GitReasons.HostKeyRefused, $"{Address.Display}: no host is trusted without Credentials.KnownHosts: 'ssh-keyscan {Address.Host}' prints its keys; compare the fingerprints before you use them.");
        }

        try
        {
            return KnownHosts.Parse(credentials.KnownHosts);
        }
        catch (FormatException exception)
        {
            throw new GitOpsException(GitReasons.HostKeyRefused, $"{Address.Display}: {exception.Message}", exception);
        }
    }

    private PrivateKeyFile ReadPrivateKey()
    {
        if (credentials.PrivateKey is null)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: SSH needs Credentials.PrivateKey.");
        }

        // OpenSSH's own format must end with a newline, which is easily lost on the way through a secret store.
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(credentials.PrivateKey.TrimEnd() + "\n"));
        try
        {
            return credentials.Passphrase is null ? new PrivateKeyFile(stream) : new PrivateKeyFile(stream, credentials.Passphrase);
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the private key has a passphrase: set Credentials.Passphrase.");
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or FormatException or NotSupportedException or ArgumentException or InvalidOperationException or Org.BouncyCastle.Crypto.InvalidCipherTextException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the private key cannot be read{(credentials.Passphrase is null ? "" : ", or its passphrase is wrong")}. It must be in OpenSSH's format or PEM: Ed25519, ECDSA or RSA.");
        }
    }

    /// <summary>
    /// Asks only for key types that known_hosts has for the host: another type could not be checked. RSA keys sign with SHA-2 only. Where an authority is known,
    /// plain types stay too, after certificates: SSH.NET takes from this list how the authority may have signed.
    /// </summary>
    private void OfferKnownKeyTypes(ConnectionInfo info, KnownHosts knownHosts)
    {
        var types = knownHosts.KeyTypesOf(Address.Host, Address.Port);
        var hasAuthority = knownHosts.HasCertificateAuthorityFor(Address.Host, Address.Port);
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

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal).Replace("!", "'\\!'", StringComparison.Ordinal)}'";
}
