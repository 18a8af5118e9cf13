using System.Net;
using System.Net.Sockets;
using GitOps.Limits;

namespace GitOps.Git;

/// <summary>Reaches a repository over Git's own protocol (<c>git://</c>): neither encrypted nor authenticated.</summary>
internal sealed class DaemonConnector(GitAddress address) : StreamConnector(address)
{
    /// <inheritdoc/>
    public override GitChannel Open(GitOperation operation, string service)
    {
        NetworkStream stream;
        try
        {
            stream = Blocking.Wait(operation.WaitAsync(token => Connecting.ConnectAsync(new DnsEndPoint(Address.Host, Address.Port), token)));
        }
        catch (SocketException exception)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server cannot be reached: {exception.Message}", exception);
        }

        var channel = new StreamChannel(operation, stream);
        channel.Write(PktLine.Encode(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{service} {Address.Path}\0host={Address.Host}:{Address.Port}\0")));
        return channel;
    }
}
