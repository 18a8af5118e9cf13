using System.Text;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Sources;

public sealed class SubmoduleTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SubmoduleTests()
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        foreach (var name in new[] { "leaf", "library", "main" })
        {
            Git(_directory.Path, "init", "-q", "-b", "main", $"srv/{name}");
        }

        Write("leaf", "leaf.yaml", "leaf");
        Write("library", "lib.yaml", "library");
        Add("library", "../leaf", "nested/leaf");
        Write("main", "app/main.yaml", "main");
        Add("main", "../library", "vendor/library");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FetchAsync_Off_ShowsAnEntryThatHoldsNothing()
    {
        var tree = await TreeAsync(_directory["srv/main"], _ => { });

        tree.Find(TreePath.Parse("vendor/library"))!.Kind.Should().Be(TreeEntryKind.Submodule);
        tree.Find(TreePath.Parse("vendor/library/lib.yaml")).Should().BeNull();
        tree.List(TreePath.Parse("vendor")).Should().ContainSingle();
    }

    [Fact]
    public async Task FetchAsync_On_ShowsNestedModules()
    {
        var tree = await TreeAsync(_directory["srv/main"], o => o.RecurseSubmodules = true);

        Text(tree, "vendor/library/lib.yaml").Should().Be("library");
        Text(tree, "vendor/library/nested/leaf/leaf.yaml").Should().Be("leaf");
        tree.Find(TreePath.Parse("vendor/library"))!.Kind.Should().Be(TreeEntryKind.Directory);
    }

    [Fact]
    public async Task FetchAsync_OverHttp_UsesTheSameCredentials()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        server.Authorization = "Bearer tok";

        var tree = await TreeAsync($"{server.Url}/main/.git".Replace("/.git", "", StringComparison.Ordinal), o => (o.RecurseSubmodules, o.Credentials.BearerToken) = (true, "tok"));

        Text(tree, "vendor/library/nested/leaf/leaf.yaml").Should().Be("leaf");
    }

    [Fact]
    public async Task FetchAsync_TooDeepOrOnTheLocalDisk_IsRefused()
    {
        (await Failure(_directory["srv/main"], o => o.Limits.SubmoduleDepth = 1)).Should().Contain("SubmoduleDepth");
        Write("main", ".gitmodules", $"[submodule \"vendor/library\"]\n\tpath = vendor/library\n\turl = {_directory["srv/library"]}\n");
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        (await Failure($"{server.Url}/main", _ => { })).Should().Contain("local disk");
    }

    [Fact]
    public async Task FetchAsync_ModuleOnAnotherHost_GetsNoCredentials()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        await using var other = await GitHttpServer.StartAsync(_directory["srv"]);
        server.Authorization = "Bearer tok";
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        other.Intercept = context =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString());
            return Task.FromResult(false);
        };
        foreach (var url in new[] { other.Url, other.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) })
        {
            Write("main", ".gitmodules", $"[submodule \"vendor/library\"]\n\tpath = vendor/library\n\turl = {url}/library\n");

            var tree = await TreeAsync($"{server.Url}/main", o => (o.RecurseSubmodules, o.Credentials.BearerToken) = (true, "tok"));

            Text(tree, "vendor/library/nested/leaf/leaf.yaml").Should().Be("leaf");
        }

        server.LastAuthorization.Should().Be("Bearer tok");
        seen.Should().HaveCountGreaterThanOrEqualTo(4, "two repositories").And.OnlyContain(a => a.Length == 0);
    }

    private static string Text(IFileTree tree, string path) => Encoding.UTF8.GetString(tree.Read(TreePath.Parse(path)).Span);

    private static string Git(string directory, params string[] arguments) => Tools.Run(
        "git",
        ["-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@example.com", .. arguments],
        directory);

    private void Write(string repository, string path, string content)
    {
        var file = _directory[$"srv/{repository}/{path}"];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        Git(_directory[$"srv/{repository}"], "add", "-A");
        Git(_directory[$"srv/{repository}"], "commit", "-q", "-m", "change");
    }

    private void Add(string repository, string url, string path)
    {
        var directory = _directory[$"srv/{repository}"];
        Git(directory, "submodule", "-q", "add", _directory[$"srv/{Path.GetFileName(url)}"], path);
        Git(directory, "config", "-f", ".gitmodules", $"submodule.{path}.url", url);
        Git(directory, "add", "-A");
        Git(directory, "commit", "-q", "-m", "submodule");
    }

    private async Task<string> Failure(string url, Action<GitSourceOptions> configure) =>
        (await this.Invoking(t => t.TreeAsync(url, o =>
        {
            o.RecurseSubmodules = true;
            configure(o);
        })).Should().ThrowAsync<GitOpsException>()).Which.Message;

    private async Task<IFileTree> TreeAsync(string url, Action<GitSourceOptions> configure)
    {
        var options = new GitSourceOptions { Url = url, CacheDirectory = _directory["cache"] };
        configure(options);
        using var source = new GitSource(options);
        return (await source.FetchAsync(await source.ProbeAsync(Token), Token)).Tree;
    }
}
