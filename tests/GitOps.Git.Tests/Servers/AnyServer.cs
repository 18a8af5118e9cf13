namespace GitOps.Git.Tests.Servers;

/// <summary>The same repository over whichever transport a test is for, perhaps with a relay in between.</summary>
internal sealed class AnyServer : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _running = [];
    private Action<GitSourceOptions> _open = _ => { };

    private AnyServer(string cache) => Cache = cache;

    /// <summary>What stands between client and server; null without one.</summary>
    public TcpRelay? Relay { get; private set; }

    private string Cache { get; }

    /// <param name="transport"><c>local</c>, <c>git</c>, <c>http</c>, <c>https</c> or <c>ssh</c>.</param>
    /// <param name="directories">Where the repository is served from, the cache and the server's keys.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="relayed">Whether a relay stands in between.</param>
    public static async Task<AnyServer> StartAsync(string transport, (string Served, string Cache, string Keys) directories, BareGitRepository repository, bool relayed = false)
    {
        var any = new AnyServer(directories.Cache);
        var name = Path.GetFileName(repository.Directory);
        switch (transport)
        {
            case "git":
                var daemon = any.Keep(await GitDaemon.StartAsync(directories.Served));
                any._open = o => o.Url = $"git://127.0.0.1:{any.PortOf(daemon.Port, relayed)}/{name}";
                break;
            case "http" or "https":
                var certificate = transport == "https" ? TestCertificate.Make() : null;
                var http = any.Keep(await GitHttpServer.StartAsync(directories.Served, certificate));
                any._open = o =>
                {
                    o.Url = $"{transport}://127.0.0.1:{any.PortOf(new Uri(http.Url).Port, relayed)}/{name}";
                    o.Credentials.CertificateAuthority = certificate?.ExportCertificatePem();
                };
                break;
            case "ssh":
                var ssh = any.Keep(await SshServer.StartAsync(directories.Keys));
                any._open = o =>
                {
                    var port = any.PortOf(ssh.Port, relayed);
                    o.Url = $"ssh://{ssh.User}@127.0.0.1:{port}{repository.Directory}";
                    ssh.Open(o, port);
                };
                break;
            default:
                any._open = o => o.Url = repository.Url;
                break;
        }

        return any;
    }

    public GitSourceOptions Options(Action<GitSourceOptions>? configure = null)
    {
        var options = new GitSourceOptions { CacheDirectory = Cache };
        _open(options);
        configure?.Invoke(options);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }
    }

    private int PortOf(int port, bool relayed)
    {
        if (!relayed)
        {
            return port;
        }

        Relay ??= Keep(TcpRelay.To(port));
        return Relay.Port;
    }

    private T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _running.Add(server);
        return server;
    }
}
