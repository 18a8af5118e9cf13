using System.Net.Sockets;
using GitOps.Limits;

namespace GitOps.Git;

/// <summary>Reaches a repository over Git's own protocol (<c>git://</c>): neither encrypted nor authenticated.</summary>
internal sealed class DaemonConnector(GitAddress address) : StreamConnector(address)
{
    /// <inheritdoc/>
    public override GitChannel Open(GitOperation operation, string service)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Blocking.Wait(operation.WaitAsync(async token =>
            {
                await socket.ConnectAsync(Address.Host, Address.Port, token).ConfigureAwait(false);
                return 0;
            }));
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server cannot be reached: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var channel = new StreamChannel(operation, new NetworkStream(socket, ownsSocket: true));
        channel.Write(PktLine.Encode(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{service} {Address.Path}\0host={Address.Host}:{Address.Port}\0")));
        return channel;
    }
}
