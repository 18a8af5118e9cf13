using System.Text;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Writing;

public sealed class GitWriterTests : UpstreamTest
{
    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    [InlineData("ssh")]
    public async Task CommitAsync_Transports_PushWhatTheSourceThenSees(string transport)
    {
        await using var http = transport == "http" ? await GitHttpServer.StartAsync(Served) : null;
        await using var ssh = transport == "ssh" ? await SshServer.StartAsync(Scratch["ssh"]) : null;
        var options = Options(http is not null ? $"{http.Url}/repo.git" : ssh is not null ? ssh.Url(Upstream.Directory) : Upstream.Url);
        ssh?.Open(options);
        using var pool = new GitRepositoryPool();
        using var writer = new GitWriter(options, pool);
        using var source = new GitSource(options, pool);

        var first = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b/c.yaml", "2")), Token);
        var second = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "changed"), GitFileChange.Delete("b/c.yaml")), Token);
        var same = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "changed")), Token);
        var artifact = await NewestAsync(source);

        first.Should().NotBe(second);
        same.Should().Be(second);
        artifact.Revision.Should().Be(second);
        artifact.Tree.List(TreePath.Root).Select(e => e.Path.Name).Should().Equal("a.yaml");
        if (Tools.HasGit)
        {
            Tools.Run("git", ["-C", Upstream.Directory, "fsck", "--strict"]);
            Tools.Run("git", ["-C", Upstream.Directory, "log", "--format=%an <%ae> %s"]).Should().Be("Alice <alice@example.com> change\nAlice <alice@example.com> change\n");
        }
    }

    [Fact]
    public async Task CommitAsync_BranchMovedMeanwhile_IsMadeAnewOnTop()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b.yaml", "1"));
        var moves = 3;
        server.Intercept = async context =>
        {
            // Somebody else is faster: between the look at the branch and the push, it moves.
            if (context.Request.Path.Value!.EndsWith("git-receive-pack", StringComparison.Ordinal) && Interlocked.Decrement(ref moves) >= 0)
            {
                await Upstream.CommitAsync("other", GitFileChange.Write("b.yaml", $"{moves}"));
            }

            return false;
        };
        using var writer = new GitWriter(Options($"{server.Url}/repo.git"));

        var revision = await writer.CommitAsync(Commit(GitFileChange.Write("a.yaml", "mine")), Token);

        var tree = await TreeAsync();
        Text(tree).Should().Be("mine");
        Text(tree, "b.yaml").Should().Be("0");
        Tools.Run("git", ["-C", Upstream.Directory, "rev-parse", "main"]).Trim().Should().Be(revision.Digest);
    }

    [Fact]
    public async Task CommitAsync_SameFileChangedByOthers_IsAConflict()
    {
        var seen = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await Upstream.CommitAsync("other", GitFileChange.Write("a.yaml", "theirs"));
        using var writer = new GitWriter(Options(Upstream.Url));

        var conflict = (await writer.Invoking(w => w.CommitAsync(new GitCommit { Message = "mine", Changes = [GitFileChange.Write("a.yaml", "mine")], Base = seen }, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;

        conflict.Reason.Should().Be(Reasons.Conflict);
        conflict.Location!.File.Should().Be("a.yaml");
        Text(await TreeAsync()).Should().Be("theirs");
    }

    [Fact]
    public async Task CommitAsync_TriedAgainAfterItsAnswerWasLost_IsNoConflictWithItself()
    {
        var seen = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b.yaml", "1"));
        using var writer = new GitWriter(Options(Upstream.Url));
        var commit = new GitCommit { Message = "mine", Changes = [GitFileChange.Write("a.yaml", "mine"), GitFileChange.Delete("b.yaml")], Base = seen };
        var landed = await writer.CommitAsync(commit, Token);

        (await writer.CommitAsync(commit, Token)).Should().Be(landed);
        await Upstream.CommitAsync("other", GitFileChange.Write("b.yaml", "back"));
        (await writer.Invoking(w => w.CommitAsync(commit, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.Conflict);
    }

    [Fact]
    public async Task CommitAsync_FileInThePlaceOfADirectory_IsRefused()
    {
        var before = await Upstream.CommitAsync("first", GitFileChange.Write("apps/a.yaml", "1"));
        using var writer = new GitWriter(Options(Upstream.Url));

        await Refused(GitFileChange.Delete("apps"), "directory");
        await Refused(GitFileChange.Write("apps", "1"), "directory");
        await Refused(GitFileChange.Write("apps/a.yaml/b.yaml", "1"), "apps/a.yaml is no directory");
        (await writer.CommitAsync(Commit(GitFileChange.Delete("apps/none"), GitFileChange.Delete("apps/a.yaml/none")), Token)).Should().Be(before);
        await writer.CommitAsync(Commit(GitFileChange.Delete("apps/a.yaml"), GitFileChange.Write("apps/a.yaml/b.yaml", "2")), Token);
        Text(await TreeAsync(), "apps/a.yaml/b.yaml").Should().Be("2");

        async Task Refused(GitFileChange change, string told)
        {
            var refusal = (await writer.Invoking(w => w.CommitAsync(Commit(change), Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
            refusal.Reason.Should().Be(Reasons.Conflict);
            refusal.Message.Should().Contain(told);
        }
    }

    [Theory]
    [InlineData("a b", "Alice", "a@b", "m")]
    [InlineData("", "Alice", "a@b", "m")]
    [InlineData("a:b", "Alice", "a@b", "m")]
    [InlineData("a..b", "Alice", "a@b", "m")]
    [InlineData("refs/heads/main", "Alice", "a@b", "m")]
    [InlineData("main", "", "a@b", "m")]
    [InlineData("main", "Eve\nparent 1", "a@b", "m")]
    [InlineData("main", "Eve", "a@b> 1 +0000", "m")]
    [InlineData("main", "Alice", "a@b", "m\0")]
    public async Task CommitAsync_WhatCannotBeWritten_IsRefusedBeforeAnythingIsAsked(string branch, string name, string email, string message)
    {
        using var writer = new GitWriter(Options("http://127.0.0.1:1/nowhere.git"));
        var commit = new GitCommit { Branch = branch, Message = message, Changes = [GitFileChange.Write("a.yaml", "1")], Author = new GitIdentity(name, email) };

        await writer.Invoking(w => w.CommitAsync(commit, Token).AsTask()).Should().ThrowAsync<ArgumentException>();
        await Upstream.Invoking(u => u.CommitAsync(commit, Token).AsTask()).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task CommitAsync_HookRefuses_SaysSo()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var hook = Path.Combine(Upstream.Directory, "hooks", "update");
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
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var writers = Enumerable.Range(0, 4).Select(i => new GitWriter(Options($"{server.Url}/repo.git", o => o.CacheDirectory = Scratch[$"cache{i}"]))).ToList();

        await Task.WhenAll(writers.Select((w, i) => w.CommitAsync(Commit(GitFileChange.Write($"w{i}.yaml", "1")), Token).AsTask()));

        (await TreeAsync()).List(TreePath.Root).Should().HaveCount(5);
        writers.ForEach(w => w.Dispose());
    }

    [Fact]
    public async Task CommitAsync_LargePush_GoesThrough()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
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

    private async Task<IFileTree> TreeAsync()
    {
        using var source = Source(o => o.CacheDirectory = Scratch["reader"]);
        return (await NewestAsync(source)).Tree;
    }
}
