using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace GitOps.Git.Tests.Servers;

/// <summary>A server of somebody else's making that says on its standard error when it listens.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource<bool> _isReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    /// <summary>What it said so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>Starts a server and waits for the line that says that it listens.</summary>
    /// <returns>The server, or the log of one that ended instead.</returns>
    public static async Task<(ServerProcess? Server, string Log)> TryStartAsync(string program, IEnumerable<string> arguments, string readyLine)
    {
        var server = new ServerProcess(new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardError = true }, EnableRaisingEvents = true });
        server._process.Exited += (_, _) => server._isReady.TrySetResult(false);
        server._process.ErrorDataReceived += (_, e) => server.Hear(e.Data, readyLine);
        server._process.Start();
        server._process.BeginErrorReadLine();
        if (await server._isReady.Task.WaitAsync(TimeSpan.FromSeconds(60)))
        {
            return (server, server.Log);
        }

        await server.DisposeAsync();
        return (null, server.Log);
    }

    /// <summary>The same on a port that nobody else has: between looking for one and taking it, somebody may be faster.</summary>
    public static async Task<(ServerProcess? Server, int Port, string Log)> TryStartOnFreePortAsync(string program, Func<int, IEnumerable<string>> arguments, string readyLine)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var (server, log) = await TryStartAsync(program, arguments(port), readyLine);
            if (server is not null || attempt == Attempts)
            {
                return (server, port, log);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Hear(string? line, string readyLine)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Add(line);
        }

        if (line.Contains(readyLine, StringComparison.Ordinal))
        {
            _isReady.TrySetResult(true);
        }
    }
}
