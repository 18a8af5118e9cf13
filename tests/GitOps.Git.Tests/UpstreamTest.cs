using System.Text;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests;

/// <summary>A test with a repository of its own to follow, in a directory that servers hand out, and a cache.</summary>
public abstract class UpstreamTest : IDisposable
{
    private protected UpstreamTest(string name = "repo.git", string defaultBranch = "main", TimeProvider? clock = null) =>
        Upstream = BareGitRepository.Create(Path.Combine(Served, name), defaultBranch, clock);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>For what is certain to come: long enough for the slowest machine.</summary>
    protected static TimeSpan Patience => TimeSpan.FromSeconds(60);

    private protected TemporaryDirectory Scratch { get; } = new();

    /// <summary>The directory with all repositories that a server hands out.</summary>
    private protected string Served => Scratch["srv"];

    private protected string Cache => Scratch["cache"];

    private protected BareGitRepository Upstream { get; }

    public virtual void Dispose()
    {
        Upstream.Dispose();
        Scratch.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Text(Artifact artifact, string path = "a.yaml") => Text(artifact.Tree, path);

    private protected static string Text(IFileTree tree, string path = "a.yaml") => Encoding.UTF8.GetString(tree.Read(TreePath.Parse(path)).Span);

    private protected static async Task<Artifact> NewestAsync(GitSource source) => await source.FetchAsync(await source.ProbeAsync(Token), Token);

    private protected GitSourceOptions Options(string url, Action<GitSourceOptions>? configure = null)
    {
        var options = new GitSourceOptions { Url = url, CacheDirectory = Cache };
        configure?.Invoke(options);
        return options;
    }

    private protected GitSource Source(string url, Action<GitSourceOptions>? configure = null, GitRepositoryPool? pool = null) => new(Options(url, configure), pool);

    /// <summary>A source that reads the repository from the disk.</summary>
    private protected GitSource Source(Action<GitSourceOptions>? configure = null, GitRepositoryPool? pool = null) => Source(Upstream.Url, configure, pool);

    /// <summary>The repository over a transport: <c>local</c>, <c>git</c>, <c>http</c>, <c>https</c> or <c>ssh</c>.</summary>
    private protected Task<AnyServer> ServeAsync(string transport, bool relayed = false) =>
        AnyServer.StartAsync(transport, (Served, Cache, Scratch["ssh"]), Upstream, relayed);

    /// <summary>The one mirror in the cache, and the bare repository in it that counts.</summary>
    private protected (string Mirror, string Current) FindMirror()
    {
        var mirror = Directory.EnumerateDirectories(Cache).Should().ContainSingle().Which;
        return (mirror, Path.Combine(mirror, File.ReadAllText(Path.Combine(mirror, "current")).Trim()));
    }
}
