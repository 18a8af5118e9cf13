using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Logging.Testing;

namespace GitOps.Git.Tests.Mirrors;

/// <summary>A mirror that is built anew takes over what is in use, whatever the server has become meanwhile.</summary>
public sealed class SalvageTests : UpstreamTest
{
    private readonly Random _random = new(20261123);

    private string Before => Scratch["before"];

    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    [InlineData("git")]
    [InlineData("ssh")]
    public async Task FetchAsync_OtherPackDamaged_LastGoodIsServedWithItsHistory(string transport)
    {
        await using var server = await ServeAsync(transport);
        var (first, good) = await FollowAsync(server);
        await PushOverAsync(server);
        Damage(2);

        (await RebuildAsync(server)).Dispose();

        Text(await RestartedAsync(server, good)).Should().StartWith("2");
        Git("rev-list", good.Digest).Split('\n').Should().Equal(good.Digest, first.Digest);
        Git("fsck", "--full", "--no-dangling");
    }

    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    [InlineData("git")]
    public async Task FetchAsync_HistoryDamaged_LastGoodIsServedAndTheMirrorGoesOn(string transport)
    {
        await using var server = await ServeAsync(transport);
        var (_, good) = await FollowAsync(server);
        await PushOverAsync(server);
        Damage(0);

        using var source = await RebuildAsync(server);
        Text(await RestartedAsync(server, good)).Should().StartWith("2");

        // More than enough for the mirror to be written anew.
        for (var round = 0; round < 60; round++)
        {
            await CommitAsync($"more {round}");
            Text(await NewestAsync(source)).Should().StartWith($"more {round} ");
        }

        Text(await RestartedAsync(server, good)).Should().StartWith("2");
        Git("rev-list", good.Digest).Should().Be(good.Digest);
        Git("fsck", "--full", "--no-dangling");
        FindMirror().Current.Should().EndWith("g3", "it was built anew once, and compacted once");
    }

    [Fact]
    public async Task FetchAsync_LastGoodDamaged_IsSaidToBeLost()
    {
        await using var server = await ServeAsync("http");
        var (_, good) = await FollowAsync(server);
        await PushOverAsync(server);
        Damage(1);
        var log = new FakeLogger<GitRepositoryPool>();
        using var pool = new GitRepositoryPool(logger: log);
        using var source = await RebuildAsync(server, pool);

        log.Collector.GetSnapshot().Should().ContainSingle(r => r.Id.Name == "GitRevisionLost").Which.Message.Should().Contain(good.Digest);
        (await source.Invoking(s => s.FetchAsync(good, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("no longer on the server");
        var generation = FindMirror().Current;
        await CommitAsync("next");
        Text(await NewestAsync(source)).Should().StartWith("next");
        FindMirror().Current.Should().Be(generation, "what is lost once is no reason to build it anew again");
        Git("fsck", "--full", "--no-dangling");
    }

    [Theory]
    [InlineData("config", "[[[nonsense\n")]
    [InlineData("HEAD", null)]
    public async Task FetchAsync_MirrorCannotBeOpened_LastGoodIsServed(string file, string? content)
    {
        await using var server = await ServeAsync("local");
        var (_, good) = await FollowAsync(server);
        await PushOverAsync(server);
        Damage(mirror =>
        {
            File.Delete(Path.Combine(mirror, file));
            if (content is not null)
            {
                File.WriteAllText(Path.Combine(mirror, file), content);
            }
        });

        (await RebuildAsync(server)).Dispose();

        Text(await RestartedAsync(server, good)).Should().StartWith("2");
    }

    [Fact]
    public async Task FetchAsync_SignedTagMovedAndMirrorDamaged_StillLeadsToItsCommitByTheTag()
    {
        await using var server = await ServeAsync("http");
        var (_, commit) = await FollowAsync(server);
        await Upstream.TagAsync("v1.0.0", commit, "release", cancellationToken: Token);
        Revision good;
        using (var source = new GitSource(server.Options(o => (o.Reference.Tag, o.CacheDirectory) = ("v1.0.0", Before))))
        {
            good = (await NewestAsync(source)).Revision;
        }

        Upstream.SetReference("refs/tags/v1.0.0", null);
        await PushOverAsync(server);
        Damage(mirror => File.Delete(Path.Combine(mirror, "HEAD")));
        (await RebuildAsync(server)).Dispose();

        Git("cat-file", "-t", MirrorReferences.NameOf(good)).Should().Be("tag");
        Text(await RestartedAsync(server, good, o => o.Reference.Tag = "v1.0.0")).Should().StartWith("2");
    }

    /// <summary>Two revisions, each fetched by itself: packs 0 and 1.</summary>
    private async Task<(Revision First, Revision Good)> FollowAsync(AnyServer server)
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        using var source = new GitSource(server.Options(o => o.CacheDirectory = Before));
        await CommitAsync("1");
        var first = (await NewestAsync(source)).Revision;
        await CommitAsync("2");
        return (first, (await NewestAsync(source)).Revision);
    }

    /// <summary>Another history takes the place of what was followed: pack 2. The server does not have the old one any more.</summary>
    private async Task PushOverAsync(AnyServer server)
    {
        Upstream.SetReference("refs/heads/main", null);
        await CommitAsync("3");
        Tools.Run("git", ["--git-dir", Upstream.Directory, "-c", "gc.reflogExpire=now", "gc", "--prune=now", "--quiet"]);
        using var source = new GitSource(server.Options(o => o.CacheDirectory = Before));
        await NewestAsync(source);
    }

    /// <summary>Fetches what is new into the damaged mirror.</summary>
    private async Task<GitSource> RebuildAsync(AnyServer server, GitRepositoryPool? pool = null)
    {
        await CommitAsync("4");
        var source = new GitSource(server.Options(), pool);
        Text(await NewestAsync(source)).Should().StartWith("4");
        FindMirror().Current.Should().EndWith("g2", "it was built anew");
        return source;
    }

    private async Task CommitAsync(string content)
    {
        // The same size each time, and nothing in common: no pack needs another one.
        var noise = new byte[2_000];
        _random.NextBytes(noise);
        await Upstream.CommitAsync(content, GitFileChange.Write("a.yaml", $"{content} {Convert.ToHexString(noise)}"));
    }

    /// <summary>What another host is served when it starts.</summary>
    private static async Task<Artifact> RestartedAsync(AnyServer server, Revision revision, Action<GitSourceOptions>? configure = null)
    {
        using var source = new GitSource(server.Options(configure));
        return await source.FetchAsync(revision, Token);
    }

    /// <summary>Damages the pack that was fetched as the n-th.</summary>
    private void Damage(int number) => Damage(mirror =>
    {
        var pack = new DirectoryInfo(Path.Combine(mirror, "objects", "pack")).EnumerateFiles("*.pack").OrderBy(f => f.LastWriteTimeUtc).ElementAt(number);
        var bytes = File.ReadAllBytes(pack.FullName);
        for (var i = 12; i < bytes.Length - 20; i += 7)
        {
            bytes[i] ^= 0x55;
        }

        File.Delete(pack.FullName);
        File.WriteAllBytes(pack.FullName, bytes);
    });

    /// <summary>Damages a copy of the mirror and goes on with that: this process has the files of the first one mapped.</summary>
    private void Damage(Action<string> damage)
    {
        foreach (var file in new DirectoryInfo(Before).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Cache, Path.GetRelativePath(Before, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy);
            File.SetLastWriteTimeUtc(copy, file.LastWriteTimeUtc);
        }

        damage(FindMirror().Current);
    }

    private string Git(params string[] arguments) => Tools.Run("git", ["--git-dir", FindMirror().Current, .. arguments]).Trim();
}
