using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Sources;

public sealed class GitReferenceTests : UpstreamTest
{
    private readonly FakeTimeProvider _clock;

    public GitReferenceTests()
        : this(new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)))
    {
    }

    private GitReferenceTests(FakeTimeProvider clock)
        : base(defaultBranch: "trunk", clock: clock) => _clock = clock;

    [Fact]
    public async Task ProbeAsync_NoReference_FollowsHead()
    {
        var revision = await CommitAsync("trunk", "1");

        (await ProbeAsync(_ => { })).Should().Be(revision);
    }

    [Fact]
    public async Task ProbeAsync_Precedence_IsCommitNameSemVerTagBranch()
    {
        var first = await CommitAsync("trunk", "1");
        var second = await CommitAsync("trunk", "2");
        var third = await CommitAsync("trunk", "3");
        await CommitAsync("other", "4");
        await Upstream.TagAsync("v1.0.0", second, cancellationToken: Token);
        await Upstream.TagAsync("stable", third, "annotated", cancellationToken: Token);
        Upstream.SetReference("refs/pull/420/head", first);

        (await ProbeAsync(r => r.Branch = "other")).ToString().Should().StartWith("other@sha1:");
        (await ProbeAsync(r => (r.Branch, r.Tag) = ("other", "stable"))).ToString().Should().Be($"stable@sha1:{third.Digest}");
        (await ProbeAsync(r => (r.Tag, r.SemVer) = ("stable", ">=1"))).ToString().Should().Be($"v1.0.0@sha1:{second.Digest}");
        (await ProbeAsync(r => (r.SemVer, r.Name) = (">=1", "refs/pull/420/head"))).ToString().Should().Be($"refs/pull/420/head@sha1:{first.Digest}");
        (await ProbeAsync(r => (r.Name, r.Commit) = ("refs/pull/420/head", second.Digest))).ToString().Should().Be($"sha1:{second.Digest}");
        (await ProbeAsync(r => (r.Branch, r.Commit) = ("trunk", second.Digest))).ToString().Should().Be($"trunk@sha1:{second.Digest}");
    }

    [Theory]
    [InlineData("1.x", "v1.10.0")]
    [InlineData(">=1.0.0-0", "2.0.0-rc.1")]
    [InlineData("~1.2", "v1.2.9")]
    [InlineData("*", "v1.10.0")]
    public async Task ProbeAsync_SemVer_TakesTheHighestInRange(string range, string expected)
    {
        foreach (var tag in new[] { "v1.2.0", "v1.2.9", "v1.9.0", "v1.10.0", "2.0.0-rc.1", "1.99", "latest", "v3" })
        {
            await Upstream.TagAsync(tag, await CommitAsync("trunk", tag), cancellationToken: Token);
        }

        (await ProbeAsync(r => r.SemVer = range)).Name.Should().Be(expected);
    }

    [Fact]
    public async Task ProbeAsync_VersionsThatDifferInBuildOnly_TakesTheNewerCommit()
    {
        foreach (var tag in new[] { "1.0.0+a", "1.0.0+c", "1.0.0+b" })
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await Upstream.TagAsync(tag, await CommitAsync("trunk", tag), tag.EndsWith('b') ? "annotated" : null, cancellationToken: Token);
        }

        (await ProbeAsync(r => r.SemVer = "1.0.0")).Name.Should().Be("1.0.0+b");
    }

    [Fact]
    public async Task ProbeAsync_Missing_SaysWhat()
    {
        (await FailureAsync(_ => { })).Should().Contain("empty");
        await CommitAsync("trunk", "1");
        (await FailureAsync(r => r.Branch = "nope")).Should().Contain("there is no branch 'nope'");
        (await FailureAsync(r => r.Tag = "nope")).Should().Contain("there is no tag 'nope'");
        (await FailureAsync(r => r.SemVer = ">1")).Should().Contain("no tag is a version in '>1'");
        (await FailureAsync(r => r.Name = "refs/pull/1/head")).Should().Contain("refs/pull/1/head");
        (await FailureAsync(r => r.Commit = new string('a', 40))).Should().Contain("no branch or tag holds commit");
    }

    [Fact]
    public async Task FetchAsync_CommitOutsideItsBranch_IsRefused()
    {
        await CommitAsync("trunk", "1");
        var other = await CommitAsync("other", "2");

        (await FailureAsync(r => (r.Branch, r.Commit) = ("trunk", other.Digest))).Should().Contain("does not hold commit");
    }

    [Fact]
    public async Task FetchAsync_PinnedCommit_IsNotAskedForAgain()
    {
        var first = await CommitAsync("trunk", "1");
        await CommitAsync("trunk", "2");
        using var source = Source(r => r.Commit = first.Digest);
        await NewestAsync(source);
        Directory.Move(Upstream.Directory, Scratch["gone"]);

        (await source.ProbeAsync(Token)).Digest.Should().Be(first.Digest);
    }

    [Fact]
    public async Task FetchAsync_ForcePushAndDirectoryFileClash_AreFollowed()
    {
        var first = await CommitAsync("a", "1");
        using var source = Source(r => r.Branch = "a");
        await NewestAsync(source);
        var rewritten = await CommitAsync("rewritten", "2");
        Upstream.SetReference("refs/heads/a", rewritten);
        await NewestAsync(source);

        Upstream.SetReference("refs/heads/a", null);
        Upstream.SetReference("refs/heads/a/b", first);
        using var nested = Source(r => r.Branch = "a/b");

        (await NewestAsync(nested)).Revision.Digest.Should().Be(first.Digest);
    }

    [Fact]
    public async Task FetchAsync_RevisionReplacedBetweenProbeAndFetch_SaysSo()
    {
        await CommitAsync("trunk", "0");
        using var source = Source(r => r.Branch = "moving");
        var gone = await CommitAsync("moving", "1");
        await source.ProbeAsync(Token);
        Upstream.SetReference("refs/heads/moving", await CommitAsync("elsewhere", "2"));

        (await source.Invoking(s => s.FetchAsync(gone, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("Probe again");
        (await NewestAsync(source)).Revision.Digest.Should().NotBe(gone.Digest);
    }

    [Theory]
    [InlineData("https://user:password@example.com/x")]
    [InlineData("https://token@example.com/x")]
    [InlineData("ssh://me:password@example.com/x")]
    [InlineData("ftp://example.com/x")]
    [InlineData("https://example.com/x?y=z")]
    [InlineData("")]
    public void Constructor_UrlThatCannotWork_IsRefusedWithoutRepeatingIt(string url)
    {
        var refused = FluentActions.Invoking(() => new GitSource(new GitSourceOptions { Url = url })).Should().Throw<ArgumentException>().Which;

        refused.Message.Should().NotContain("password@").And.NotContain("token@");
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a.lock")]
    [InlineData("refs:heads")]
    public void Constructor_ReferenceThatCannotBe_IsRefused(string name) =>
        FluentActions.Invoking(() => new GitSource(new GitSourceOptions { Url = "https://example.com/x", Reference = { Branch = name } })).Should().Throw<ArgumentException>();

    private ValueTask<Revision> CommitAsync(string branch, string content) =>
        Upstream.CommitAsync(new GitCommit { Branch = branch, Message = content, Changes = [GitFileChange.Write("a.yaml", content)] }, Token);

    private async Task<Revision> ProbeAsync(Action<GitReference> reference)
    {
        using var source = Source(reference);
        var revision = await source.ProbeAsync(Token);
        (await source.FetchAsync(revision, Token)).Revision.Should().Be(revision);
        return revision;
    }

    private async Task<string> FailureAsync(Action<GitReference> reference) =>
        (await this.Invoking(t => t.ProbeAsync(reference)).Should().ThrowAsync<GitOpsException>()).Which.Message;

    private GitSource Source(Action<GitReference> reference) => Source(o => reference(o.Reference), new GitRepositoryPool(_clock));
}
