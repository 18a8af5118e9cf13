using System.Text;
using GitOps.Git.Tests.Faults;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Sources;

public sealed class GitSourceTests : UpstreamTest
{
    [Fact]
    public async Task FetchAsync_NewBranch_HandsOutItsFiles()
    {
        var pushed = await Upstream.CommitAsync("first", GitFileChange.Write("apps/web/deployment.yaml", "kind: Deployment\n"), GitFileChange.Write("README.md", "hi"));
        using var source = Source();

        var revision = await source.ProbeAsync(Token);
        var artifact = await source.FetchAsync(revision, Token);

        revision.Should().Be(pushed);
        revision.ToString().Should().StartWith("main@sha1:");
        artifact.Author.Should().Be("GitOps.Core <gitops@localhost>");
        artifact.Message.Should().Be("first\n");
        artifact.Tree.List(TreePath.Root).Select(e => e.Path.Value).Should().Equal("README.md", "apps");
        Text(artifact, "apps/web/deployment.yaml").Should().Be("kind: Deployment\n");
    }

    [Fact]
    public async Task FetchAsync_NextCommit_KeepsTheOldTreeReadable()
    {
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source();
        var first = await NewestAsync(source);

        await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        var second = await NewestAsync(source);

        Text(first).Should().Be("1");
        Text(second).Should().Be("2");
    }

    [Fact]
    public async Task FetchAsync_UpstreamGone_ServesWhatWasFetched()
    {
        var revision = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using (var source = Source())
        {
            await NewestAsync(source);
        }

        Directory.Move(Upstream.Directory, Scratch["gone"]);
        using var restarted = Source();

        (await restarted.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.FetchFailed);
        Text(await restarted.FetchAsync(revision, Token)).Should().Be("1");
    }

    [Fact]
    public async Task ProbeAsync_ManyAtOnce_CoalesceToTheNewest()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var arrived = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        server.Intercept = async _ =>
        {
            arrived.TrySetResult();
            await proceed.Task;
            return false;
        };
        using var pool = new GitRepositoryPool();
        var sources = Enumerable.Range(0, 1000).Select(_ => Source($"{server.Url}/repo.git", pool: pool)).ToList();
        var first = sources[0].ProbeAsync(Token).AsTask();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var rest = sources.Skip(1).Select(s => s.ProbeAsync(Token).AsTask()).ToList();
        var newest = await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        proceed.SetResult();

        await first;
        (await Task.WhenAll(rest)).Should().AllBeEquivalentTo(newest, "whoever asks after a push sees it");
        server.Advertisements.Should().Be(2);
        await Task.WhenAll(sources.Take(50).Select(s => s.FetchAsync(newest, Token).AsTask()));
        server.Posts.Should().Be(1);
    }

    [Fact]
    public async Task ProbeAsync_OneWaiterGivesUp_OthersGetTheirAnswer()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var arrived = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        server.Intercept = async _ =>
        {
            arrived.TrySetResult();
            await proceed.Task;
            return false;
        };
        using var source = Source($"{server.Url}/repo.git");
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = source.ProbeAsync(impatient.Token).AsTask();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var second = source.ProbeAsync(Token).AsTask();
        await impatient.CancelAsync();
        proceed.SetResult();

        await first.Invoking(f => f).Should().ThrowAsync<OperationCanceledException>();
        (await second).Name.Should().Be("main");
    }

    [Fact]
    public async Task ProbeAsync_AdvertisementMaxAge_AnswersFromMemory()
    {
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var clock = new FakeTimeProvider();
        using var source = Source(o => o.AdvertisementMaxAge = TimeSpan.FromSeconds(10), new GitRepositoryPool(clock));
        var first = await source.ProbeAsync(Token);
        var second = await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));

        (await source.ProbeAsync(Token)).Should().Be(first);
        clock.Advance(TimeSpan.FromSeconds(11));
        (await source.ProbeAsync(Token)).Should().Be(second);
    }

    [Fact]
    public async Task ProbeAsync_CacheWiped_IsMendedForTreesInUse()
    {
        await Upstream.CommitAsync("first", Enumerable.Range(0, 50).Select(i => GitFileChange.Write($"d{i}/a.yaml", $"{i}")));
        using var source = Source();
        var revision = await source.ProbeAsync(Token);
        var artifact = await source.FetchAsync(revision, Token);
        Directory.Delete(Cache, recursive: true);

        (await source.ProbeAsync(Token)).Should().Be(revision);

        TreeReader.ReadAll(artifact.Tree).Should().Be(50);
        using var other = Source();
        TreeReader.ReadAll((await other.FetchAsync(revision, Token)).Tree).Should().Be(50);
    }

    [Fact]
    public async Task Read_MirrorRebuiltMeanwhile_GoesOnWithTheNewOne()
    {
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var pool = new GitRepositoryPool();
        using var source = Source(pool: pool);
        await NewestAsync(source);
        pool.MirrorOf(GitAddress.Parse(Upstream.Url), Cache).TryOpen(out var store).Should().BeTrue();
        var gone = new ObjectStore(Scratch["nowhere"], successor: () => store);
        var root = store!.Use(r => r.Refs.FromGlob("refs/gitops/*").Select(f => r.FindCommit(f.TargetIdentifier)!.Tree.Id).Single());

        Encoding.UTF8.GetString(new GitFileTree(gone, root, new GitTreeOptions()).Read(TreePath.Parse("a.yaml")).Span).Should().Be("1");
        gone.IsDamaged.Should().BeTrue();
    }

    [Fact]
    public async Task FetchAsync_GitDaemon_Works()
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await using var daemon = await GitDaemon.StartAsync(Served);
        using var source = Source($"{daemon.Url}/repo.git");
        using var wrong = Source($"{daemon.Url}/nowhere");

        Text(await NewestAsync(source)).Should().Be("1");
        await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        Text(await NewestAsync(source)).Should().Be("2");
        (await wrong.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("the server says");
    }

    [Fact]
    public async Task FetchAsync_UsersGitConfiguration_PlaysNoPart()
    {
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await File.WriteAllTextAsync(Scratch[".gitconfig"], $"[url \"/nowhere/\"]\n\tinsteadOf = \"{Scratch.Path}\"\n[core]\n\tsshCommand = false\n[http]\n\tproxy = http://127.0.0.1:1\n", Token);

        using var process = Victim.Start(Upstream.Directory, Cache, 1, 0, ("HOME", Scratch.Path), ("XDG_CONFIG_HOME", Scratch.Path));
        await process.WaitForExitAsync(Token);

        process.ExitCode.Should().Be(0, await process.StandardError.ReadToEndAsync(Token));
    }
}
