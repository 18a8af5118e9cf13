using System.Text;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Writing;

public sealed class GitWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BareGitRepository _upstream;

    public GitWriterTests()
    {
        Directory.CreateDirectory(_directory["srv"]);
        _upstream = BareGitRepository.Create(_directory["srv/repo.git"]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _upstream.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    [InlineData("ssh")]
    public async Task CommitAsync_Transports_PushWhatTheSourceThenSees(string transport)
    {
        await using var http = transport == "http" ? await GitHttpServer.StartAsync(_directory["srv"]) : null;
        await using var ssh = transport == "ssh" ? await SshServer.StartAsync(_directory["ssh"]) : null;
        var options = Options(http is not null ? $"{http.Url}/repo.git" : ssh is not null ? ssh.Url(_upstream.Directory) : _upstream.Url);
        if (ssh is not null)
        {
            options.Credentials.PrivateKey = ssh.Read("user_ed25519");
            options.Credentials.KnownHosts = ssh.KnownHosts;
        }

        using var pool = new GitRepositoryPool();
        using var writer = new GitWriter(options, pool);
        using var source = new GitSource(options, pool);

        var first = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b/c.yaml", "2")), Token);
        var second = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "changed"), GitFileChange.Delete("b/c.yaml")), Token);
        var same = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "changed")), Token);
        var artifact = await source.FetchAsync(await source.ProbeAsync(Token), Token);

        first.Should().NotBe(second);
        same.Should().Be(second);
        artifact.Revision.Should().Be(second);
        artifact.Tree.List(TreePath.Root).Select(e => e.Path.Name).Should().Equal("a.yaml");
        if (Tools.HasGit)
        {
            Tools.Run("git", ["-C", _upstream.Directory, "fsck", "--strict"]);
            Tools.Run("git", ["-C", _upstream.Directory, "log", "--format=%an <%ae> %s"]).Should().Be("Alice <alice@example.com> change\nAlice <alice@example.com> change\n");
        }
    }

    [Fact]
    public async Task CommitAsync_BranchMovedMeanwhile_IsMadeAnewOnTop()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b.yaml", "1"));
        var moves = 3;
        server.Intercept = async context =>
        {
            // Somebody else is faster: between the look at the branch and the push, it moves.
            if (context.Request.Path.Value!.EndsWith("git-receive-pack", StringComparison.Ordinal) && Interlocked.Decrement(ref moves) >= 0)
            {
                await _upstream.CommitAsync("other", GitFileChange.Write("b.yaml", $"{moves}"));
            }

            return false;
        };
        using var writer = new GitWriter(Options($"{server.Url}/repo.git"));

        var revision = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "mine")), Token);

        var tree = await TreeAsync();
        Text(tree, "a.yaml").Should().Be("mine");
        Text(tree, "b.yaml").Should().Be("0");
        Tools.Run("git", ["-C", _upstream.Directory, "rev-parse", "main"]).Trim().Should().Be(revision.Digest);
    }

    [Fact]
    public async Task CommitAsync_SameFileChangedByOthers_IsAConflict()
    {
        var seen = await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await _upstream.CommitAsync("other", GitFileChange.Write("a.yaml", "theirs"));
        using var writer = new GitWriter(Options(_upstream.Url));

        var conflict = (await writer.Invoking(w => w.CommitAsync(new GitCommit { Message = "mine", Changes = [GitFileChange.Write("a.yaml", "mine")], Base = seen }, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;

        conflict.Reason.Should().Be(Reasons.Conflict);
        conflict.Location!.File.Should().Be("a.yaml");
        Text(await TreeAsync(), "a.yaml").Should().Be("theirs");
    }

    [Fact]
    public async Task CommitAsync_HookRefuses_SaysSo()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var hook = Path.Combine(_upstream.Directory, "hooks", "update");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, "#!/bin/sh\nexit 1\n", Token);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using var writer = new GitWriter(Options($"{server.Url}/repo.git"));

        (await writer.Invoking(w => w.CommitAsync(Commit(GitFileChange.Write("a.yaml", "mine")), Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(GitReasons.PushRefused);
    }

    [Fact]
    public async Task CommitAsync_ManyWriters_AllLand()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var writers = Enumerable.Range(0, 4).Select(i => new GitWriter(Options($"{server.Url}/repo.git", $"cache{i}"))).ToList();

        await Task.WhenAll(writers.Select((w, i) => w.CommitAsync(Commit(GitFileChange.Write($"w{i}.yaml", "1")), Token).AsTask()));

        (await TreeAsync()).List(TreePath.Root).Should().HaveCount(5);
        writers.ForEach(w => w.Dispose());
    }

    [Fact]
    public async Task CommitAsync_LargePush_GoesThrough()
    {
        await using var server = await GitHttpServer.StartAsync(_directory["srv"]);
        using var writer = new GitWriter(Options($"{server.Url}/repo.git"));
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);

        await writer.CommitAsync(Commit(GitFileChange.Write("big.bin", content)), Token);

        (await TreeAsync()).Read(TreePath.Parse("big.bin")).ToArray().Should().Equal(content);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData(".git/config")]
    [InlineData("x/.GIT/hooks")]
    [InlineData("")]
    public void Write_PathThatCannotBe_IsRefused(string path) => FluentActions.Invoking(() => GitFileChange.Write(path, "x")).Should().Throw<ArgumentException>();

    private static GitCommit Commit(params GitFileChange[] changes) => new() { Message = "change", Changes = changes, Author = new GitIdentity("Alice", "alice@example.com") };

    private static string Text(IFileTree tree, string path) => Encoding.UTF8.GetString(tree.Read(TreePath.Parse(path)).Span);

    private async Task<IFileTree> TreeAsync()
    {
        using var source = new GitSource(Options(_upstream.Url, "reader"));
        return (await source.FetchAsync(await source.ProbeAsync(Token), Token)).Tree;
    }

    private GitSourceOptions Options(string url, string cache = "cache") => new() { Url = url, CacheDirectory = _directory[cache] };
}
