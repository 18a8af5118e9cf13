using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GitOps.Git.Tests.Servers;

/// <summary>Stands between a client and a server: passes everything on, speaks a proxy's protocol first when asked to, and cuts, holds or slows connections.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly int _target;
    private readonly Func<NetworkStream, CancellationToken, Task<int?>>? _handshake;
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private long _budget = long.MaxValue;
    private int _connections;
    private long _fromServer;
    private long _fromClient;
    private bool _isSlow;
    private Hold? _hold;
    private Hold? _deaf;
    private (long At, TaskCompletionSource Reached)? _clientMark;

    private TcpRelay(int target, Func<NetworkStream, CancellationToken, Task<int?>>? handshake)
    {
        (_target, _handshake) = (target, handshake);

        // What a client says is seen here soon, or it waits.
        _listener.Server.ReceiveBufferSize = 16 * 1024;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>A relay to a port of this machine.</summary>
    public static TcpRelay To(int port) => new(port, null);

    /// <summary>An HTTP proxy that knows CONNECT, and lets nobody pass without these credentials.</summary>
    public static TcpRelay HttpProxy(string? authorization = null) => new(0, (stream, token) => ConnectAsync(stream, authorization, token));

    /// <summary>A SOCKS 5 proxy.</summary>
    public static TcpRelay SocksProxy(string? user = null, string? password = null) => new(0, (stream, token) => SocksAsync(stream, user, password, token));

    /// <summary>After so many more bytes, in both directions together, all connections are cut, and new ones too, until another number is set.</summary>
    public void CutAfter(long? bytes)
    {
        lock (_gate)
        {
            _budget = bytes ?? long.MaxValue;
        }
    }

    /// <summary>After so many more bytes of the server, it falls silent: its connections stay open, and nothing comes any more.</summary>
    /// <returns>Ends when something is held back.</returns>
    public Task HoldAfter(long bytes)
    {
        lock (_gate)
        {
            _hold = new Hold(_fromServer + bytes);
            return _hold.Reached.Task;
        }
    }

    /// <summary>Lets through what was held back.</summary>
    public void Release() => Forget()?.Released.TrySetResult();

    /// <summary>Lets new connections through; those there are stay silent for ever.</summary>
    public void Abandon() => Forget();

    /// <summary>From now on the server says one byte after the other.</summary>
    public void SlowDown()
    {
        lock (_gate)
        {
            _isSlow = true;
        }
    }

    /// <summary>From now on nothing more is read from clients, once they said so many more bytes.</summary>
    /// <returns>Ends when there is something that is not read.</returns>
    public Task StopListeningAfter(long bytes)
    {
        lock (_gate)
        {
            _deaf = new Hold(_fromClient + bytes);
            return _deaf.Reached.Task;
        }
    }

    /// <summary>Reads from new connections again; those that were left unread stay so for ever.</summary>
    public void ListenAgain()
    {
        lock (_gate)
        {
            _deaf = null;
        }
    }

    /// <summary>Called with each part of what clients say.</summary>
    public Action<int>? OnHeard { get; set; }

    /// <summary>Ends when the client said so many more bytes.</summary>
    public Task HearAsync(long bytes)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _clientMark = (_fromClient + bytes, reached);
            return reached.Task;
        }
    }

    /// <summary>Ends all connections.</summary>
    public void CutNow()
    {
        lock (_gate)
        {
            _open.ForEach(s => s.Close(0));
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CutNow();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        using (client)
        {
            try
            {
                lock (_gate)
                {
                    _open.AddRange([client.Client, server.Client]);
                }

                var near = client.GetStream();
                var port = _handshake is null ? _target : await _handshake(near, _stop.Token);
                if (port is null)
                {
                    return;
                }

                await server.ConnectAsync(IPAddress.Loopback, port.Value, _stop.Token);
                var far = server.GetStream();
                await Task.WhenAny(CopyAsync(near, far, fromServer: false), CopyAsync(far, near, fromServer: true));
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                // The connection was cut, which is what a relay in a test is for.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool fromServer)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            var (count, cut) = Take(read);
            if (!fromServer && FindDeafness() is { } deaf)
            {
                deaf.Reached.TrySetResult();
                await deaf.Released.Task.WaitAsync(_stop.Token);
            }

            await (fromServer ? SayAsync(to, buffer.AsMemory(0, count)) : to.WriteAsync(Hear(buffer.AsMemory(0, count)), _stop.Token).AsTask());
            if (count < read)
            {
                cut.ForEach(s => s.Close(0));
                return;
            }
        }
    }

    private Hold? FindDeafness()
    {
        lock (_gate)
        {
            return _deaf is { } deaf && _fromClient >= deaf.At ? deaf : null;
        }
    }

    private ReadOnlyMemory<byte> Hear(ReadOnlyMemory<byte> bytes)
    {
        OnHeard?.Invoke(bytes.Length);
        lock (_gate)
        {
            _fromClient += bytes.Length;
            if (_clientMark is { } mark && _fromClient >= mark.At)
            {
                mark.Reached.TrySetResult();
            }
        }

        return bytes;
    }

    private async Task SayAsync(NetworkStream to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Hold? held;
            int count;
            lock (_gate)
            {
                count = _isSlow ? 1 : bytes.Length;
                held = _hold;
                if (held is not null)
                {
                    count = (int)Math.Min(count, Math.Max(0, held.At - _fromServer));
                }

                _fromServer += count;
            }

            if (count > 0)
            {
                await to.WriteAsync(bytes[..count], _stop.Token);
                bytes = bytes[count..];
            }
            else
            {
                held!.Reached.TrySetResult();
                await held.Released.Task.WaitAsync(_stop.Token);
            }

            if (_isSlow)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, _stop.Token);
            }
        }
    }

    private Hold? Forget()
    {
        lock (_gate)
        {
            var held = _hold;
            _hold = null;
            return held;
        }
    }

    /// <summary>How much may pass, and the connections to cut then: those that are open now, not those made after the relay was healed.</summary>
    private (int Count, List<Socket> Cut) Take(int wanted)
    {
        lock (_gate)
        {
            if (_budget == long.MaxValue)
            {
                return (wanted, []);
            }

            var count = (int)Math.Min(_budget, wanted);
            _budget -= count;
            if (count == wanted)
            {
                return (count, []);
            }

            List<Socket> cut = [.. _open];
            _open.Clear();
            return (count, cut);
        }
    }

    private static async Task<int?> ConnectAsync(NetworkStream stream, string? authorization, CancellationToken cancellationToken)
    {
        var one = new byte[1];
        while (true)
        {
            var head = new StringBuilder();
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one, cancellationToken) == 0)
                {
                    return null;
                }

                head.Append((char)one[0]);
            }

            var text = head.ToString();
            if (text.StartsWith("CONNECT ", StringComparison.Ordinal) && (authorization is null || text.Contains($"Proxy-Authorization: {authorization}\r\n", StringComparison.OrdinalIgnoreCase)))
            {
                await stream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken);
                return new Uri($"tcp://{text.Split(' ')[1]}").Port;
            }

            await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=proxy\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
        }
    }

    private static async Task<int?> SocksAsync(NetworkStream stream, string? user, string? password, CancellationToken cancellationToken)
    {
        const byte NoAuthentication = 0, UserAndPassword = 2;
        var greeting = await Read(2);
        var methods = await Read(greeting[1]);
        var method = user is null ? NoAuthentication : UserAndPassword;
        if (!methods.Contains(method))
        {
            await stream.WriteAsync(new byte[] { 5, 0xff }, cancellationToken);
            return null;
        }

        await stream.WriteAsync(new byte[] { 5, method }, cancellationToken);
        if (user is not null)
        {
            var given = Encoding.UTF8.GetString(await Read((await Read(2))[1]));
            var secret = Encoding.UTF8.GetString(await Read((await Read(1))[0]));
            var isRight = given == user && secret == password;
            await stream.WriteAsync(new byte[] { 1, isRight ? (byte)0 : (byte)1 }, cancellationToken);
            if (!isRight)
            {
                return null;
            }
        }

        var request = await Read(4);
        await Read(request[3] switch { 1 => 4, 4 => 16, _ => (await Read(1))[0] });
        var port = BinaryPrimitives.ReadUInt16BigEndian(await Read(2));
        await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 }, cancellationToken);
        return port;

        async Task<byte[]> Read(int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
    }

    /// <summary>Where the server falls silent.</summary>
    private sealed record Hold(long At)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
