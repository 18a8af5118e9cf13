namespace GitOps.Git.Tests.Servers;

/// <summary><c>git daemon</c> on 127.0.0.1.</summary>
internal sealed class GitDaemon : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private GitDaemon(ServerProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Url => $"git://127.0.0.1:{Port}";

    public static async Task<GitDaemon> StartAsync(string root)
    {
        var (process, port, log) = await ServerProcess.TryStartOnFreePortAsync(
            "git",
            p => ["-c", "safe.directory=*", "daemon", "--verbose", "--export-all", "--reuseaddr", $"--base-path={root}", "--listen=127.0.0.1", $"--port={p}", root],
            "Ready to rumble");
        return process is null ? throw new InvalidOperationException($"git daemon does not start: {log}") : new GitDaemon(process, port);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
