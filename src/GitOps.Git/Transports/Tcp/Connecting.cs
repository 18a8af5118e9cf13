using System.Net;
using System.Net.Sockets;

namespace GitOps.Git;

/// <summary>Makes TCP connections.</summary>
internal static class Connecting
{
    /// <summary>
    /// How much may be on its way out unseen: with what the system chooses itself, all of a push over a slow line may be, and nothing tells it from silence.
    /// </summary>
    private const int SendBuffer = 128 * 1024;

    public static async Task<NetworkStream> ConnectAsync(DnsEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = SendBuffer };
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
