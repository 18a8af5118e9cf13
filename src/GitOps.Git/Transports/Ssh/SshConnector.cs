using System.Net.Sockets;
using GitOps.Limits;
using Renci.SshNet.Common;

namespace GitOps.Git;

/// <summary>Reaches a repository over SSH. One connection is kept and carries one channel for each conversation.</summary>
internal sealed class SshConnector(GitAddress address, ResolvedCredentials credentials, TimeProvider timeProvider) : StreamConnector(address)
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly SshLogin _login = new(address, credentials, timeProvider);
    private volatile SshConnection? _connection;

    /// <inheritdoc/>
    public override GitChannel Open(GitOperation operation, string service) =>
        Blocking.Wait(OpenAsync(operation, service));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection?.Close();
        _connecting.Dispose();
        base.Dispose();
    }

    private async Task<GitChannel> OpenAsync(GitOperation operation, string service)
    {
        // A kept connection may turn out to be gone only when it is used; a second try is made over a new one.
        for (var attempt = 0; ; attempt++)
        {
            var (connection, isNew) = await ConnectAsync(operation).ConfigureAwait(false);
            var mayRetry = !isNew && attempt == 0;
            try
            {
                return await operation.WaitAsync(token => StartAsync(operation, connection, service, token)).ConfigureAwait(false);
            }
            catch (Exception exception) when (mayRetry && exception is SshException or SocketException or ObjectDisposedException or InvalidOperationException or GitOpsException { Reason: Reasons.Timeout })
            {
                connection.Close();
            }
            catch (Exception exception) when (exception is SshException or SocketException)
            {
                connection.Close();
                throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the connection was lost: {exception.Message}", exception);
            }
            catch (GitOpsException)
            {
                connection.Close();
                throw;
            }
        }
    }

    /// <summary>Starts a conversation. The library waits for the server without a way to cancel that, so that a thread of its own does.</summary>
    private async Task<GitChannel> StartAsync(GitOperation operation, SshConnection connection, string service, CancellationToken cancellationToken)
    {
        var starting = BlockingWork.Start(() => new SshChannel(operation, connection, $"{service} {Quote(Address.Path)}"));
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

    private async Task<(SshConnection Connection, bool IsNew)> ConnectAsync(GitOperation operation)
    {
        await _connecting.WaitAsync(operation.CancellationToken).ConfigureAwait(false);
        try
        {
            if (_connection is { IsInUse: true } kept)
            {
                return (kept, false);
            }

            var made = await _login.ConnectAsync(operation).ConfigureAwait(false);
            _connection = made;
            return (made, true);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal).Replace("!", "'\\!'", StringComparison.Ordinal)}'";
}
