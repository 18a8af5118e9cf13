using GitOps.Git.Tests.Faults;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Mirrors;

/// <summary>What somebody follows stays in the mirror, however quiet it is; what nobody follows any more goes.</summary>
public sealed class RetentionTests : UpstreamTest
{
    /// <summary>More fetches than a mirror keeps packs.</summary>
    private const int Busy = 60;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProbeAsync_QuietForLong_SurvivesTheCompactionThatAnotherSourceStarts(bool isPinned)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await CommitAsync("main", 0);
        var quiet = await CommitAsync("quiet", -1);
        void Follow(GitSourceOptions options) => (options.Reference.Branch, options.Reference.Commit) = (isPinned ? null : "quiet", isPinned ? quiet.Digest : null);
        using (var pool = new GitRepositoryPool(_time))
        {
            using var quietSource = Source($"{server.Url}/repo.git", Follow, pool);
            using var busySource = Source($"{server.Url}/repo.git", o => o.Reference.Branch = "main", pool);
            await NewestAsync(quietSource);
            for (var day = 0; day < 40; day++)
            {
                _time.Advance(TimeSpan.FromDays(1));
                await quietSource.ProbeAsync(Token);
            }

            await BusyAsync(busySource);
        }

        Upstream.SetReference("refs/heads/quiet", null);
        using var restarted = Source($"{server.Url}/repo.git", Follow, new GitRepositoryPool(_time));

        Text(await restarted.FetchAsync(isPinned ? quiet with { Name = "" } : quiet, Token)).Should().Be("-1", "it is followed, and the server does not have it any more");
    }

    [Fact]
    public async Task FetchAsync_LastGoodPushedOver_SurvivesTheCompaction()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        var good = await CommitAsync("main", 0);
        using (var pool = new GitRepositoryPool(_time))
        {
            using var source = Source($"{server.Url}/repo.git", pool: pool);
            await NewestAsync(source);
            Upstream.SetReference("refs/heads/main", null);
            await CommitAsync("main", 1);
            await BusyAsync(source);
        }

        using var restarted = Source($"{server.Url}/repo.git", pool: new GitRepositoryPool(_time));

        Text(await restarted.FetchAsync(good, Token)).Should().Be("0");
    }

    [Fact]
    public async Task FetchAsync_NobodyFollowsItAnyMore_GoesWithACompaction()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await CommitAsync("main", 0);
        var left = await CommitAsync("left", -1);
        using var pool = new GitRepositoryPool(_time);
        using (var leaving = Source($"{server.Url}/repo.git", o => o.Reference.Branch = "left", pool))
        {
            await NewestAsync(leaving);
        }

        using var source = Source($"{server.Url}/repo.git", pool: pool);
        _time.Advance(TimeSpan.FromDays(20));
        await BusyAsync(source);
        pool.MirrorOf(GitAddress.Parse($"{server.Url}/repo.git"), Cache).Has(left.Digest).Should().BeTrue("it may come back");
        _time.Advance(TimeSpan.FromDays(20));
        await BusyAsync(source);

        pool.MirrorOf(GitAddress.Parse($"{server.Url}/repo.git"), Cache).Has(left.Digest).Should().BeFalse("being copied is no use");
    }

    [Fact]
    public async Task FetchAsync_ReferenceOfTheRevisionIsNonsense_IsServedAllTheSame()
    {
        var good = await CommitAsync("main", 0);
        using (var source = Source())
        {
            await NewestAsync(source);
        }

        await File.WriteAllTextAsync(Path.Combine(FindMirror().Current, MirrorReferences.NameOf(good)), "nonsense\n", Token);
        using var restarted = Source();

        Text(await restarted.FetchAsync(good, Token)).Should().Be("0");
        Text(await NewestAsync(restarted)).Should().Be("0");
    }

    [Fact]
    public async Task KeepInUse_MoreRevisionsThanAreKept_DropsThoseUnusedForLongest()
    {
        var revision = await CommitAsync("main", 0);
        using var pool = new GitRepositoryPool(_time);
        using var source = Source(pool: pool);
        await NewestAsync(source);
        var mirror = pool.MirrorOf(GitAddress.Parse(Upstream.Url), Cache);
        for (var i = 0; i < 400; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            mirror.KeepInUse(revision with { Name = $"name{i}" }, revision.Digest);
            mirror.KeepInUse(revision, revision.Digest);
        }

        var kept = Path.Combine(FindMirror().Current, "refs", "gitops-kept");
        Directory.EnumerateFiles(kept).Should().HaveCount(256);
        File.Exists(Path.Combine(FindMirror().Current, MirrorReferences.NameOf(revision))).Should().BeTrue("it is in use");
        File.Exists(Path.Combine(FindMirror().Current, MirrorReferences.NameOf(revision with { Name = "name399" }))).Should().BeTrue();
        File.Exists(Path.Combine(FindMirror().Current, MirrorReferences.NameOf(revision with { Name = "name0" }))).Should().BeFalse();
    }

    [Fact]
    public async Task Constructor_MirrorUnusedForLong_IsRemoved()
    {
        await CommitAsync("main", 0);
        await FollowAsync(days: 1);
        _time.Advance(TimeSpan.FromDays(62));

        Sweep();

        Directory.EnumerateDirectories(Cache).Should().BeEmpty();
    }

    [Fact]
    public async Task ProbeAsync_RepositoryInWhichNothingMoves_KeepsItsMirror()
    {
        await CommitAsync("main", 0);
        await FollowAsync(days: 62);
        _time.Advance(TimeSpan.FromDays(62));

        Sweep();

        Directory.EnumerateDirectories(Cache).Should().ContainSingle("it was probed a moment ago");
    }

    [Fact]
    public async Task ProbeAsync_SubmodulesThatDoNotMove_KeepTheirMirrors()
    {
        using var library = BareGitRepository.Create(Path.Combine(Served, "library.git"));
        var pinned = await library.CommitAsync("first", GitFileChange.Write("lib.yaml", "1"));
        await CommitAsync("main", 0);
        Pin(library.Url, pinned);
        await FollowAsync(days: 62);
        _time.Advance(TimeSpan.FromDays(62));

        Sweep();

        Directory.EnumerateDirectories(Cache).Should().HaveCount(2);
        Directory.Delete(library.Directory, recursive: true);
        using var restarted = Source(o => o.RecurseSubmodules = true, new GitRepositoryPool(_time));
        Text(await NewestAsync(restarted), "lib/lib.yaml").Should().Be("1");
    }

    /// <summary>Fetches once and asks once a day then. A host of its own does it: as long as it runs, nobody else removes what it reads.</summary>
    private async Task FollowAsync(int days)
    {
        using var host = Victim.Start(Upstream.Url, Cache, rounds: days, daysBetween: 1);
        await host.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
        host.ExitCode.Should().Be(0, await host.StandardError.ReadToEndAsync(Token));
    }

    /// <summary>What another host that shares the cache does when it starts.</summary>
    private void Sweep()
    {
        using var other = Source("https://example.com/other.git", pool: new GitRepositoryPool(_time));
    }

    private async Task BusyAsync(GitSource source)
    {
        var before = FindMirror().Current;
        for (var i = 1; i <= Busy; i++)
        {
            await CommitAsync("main", i + (100 * _time.GetUtcNow().DayOfYear));
            await NewestAsync(source);
        }

        FindMirror().Current.Should().NotBe(before, "the mirror was compacted");
    }

    /// <summary>Adds a submodule to main.</summary>
    private void Pin(string url, Revision commit)
    {
        string Git(string? input, params string[] arguments) => Tools.Run(
            "git",
            ["-c", "user.name=a", "-c", "user.email=a@example.com", "--git-dir", Upstream.Directory, .. arguments],
            environment: new Dictionary<string, string> { ["GIT_INDEX_FILE"] = Scratch["index"] },
            input: input).Trim();
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        Git(null, "read-tree", "main");
        var modules = Git($"[submodule \"lib\"]\n\tpath = lib\n\turl = {url}\n", "hash-object", "-w", "--stdin");
        Git(null, "update-index", "--add", "--cacheinfo", $"100644,{modules},.gitmodules", "--cacheinfo", $"160000,{commit.Digest},lib");
        Git(null, "update-ref", "refs/heads/main", Git(null, "commit-tree", Git(null, "write-tree"), "-p", "main", "-m", "submodule"));
    }

    private ValueTask<Revision> CommitAsync(string branch, int content) =>
        Upstream.CommitAsync(new GitCommit { Branch = branch, Message = "change", Changes = [GitFileChange.Write("a.yaml", $"{content}")] }, Token);
}
