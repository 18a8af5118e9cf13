using System.Text;

namespace GitOps.Git.Tests.Sources;

public sealed class GitSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly BareGitRepository _upstream;

    public GitSourceTests() => _upstream = BareGitRepository.Create(_directory["upstream"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _upstream.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task FetchAsync_NewBranch_HandsOutItsFiles()
    {
        var pushed = await _upstream.CommitAsync("first", GitFileChange.Write("apps/web/deployment.yaml", "kind: Deployment\n"), GitFileChange.Write("README.md", "hi"));
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
        await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source();
        var first = await source.FetchAsync(await source.ProbeAsync(Token), Token);

        await _upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        var second = await source.FetchAsync(await source.ProbeAsync(Token), Token);

        Text(first, "a.yaml").Should().Be("1");
        Text(second, "a.yaml").Should().Be("2");
    }

    [Fact]
    public async Task FetchAsync_UpstreamGone_ServesWhatWasFetched()
    {
        var revision = await _upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using (var source = Source())
        {
            await source.FetchAsync(await source.ProbeAsync(Token), Token);
        }

        Directory.Move(_directory["upstream"], _directory["gone"]);
        using var restarted = Source();

        (await restarted.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.FetchFailed);
        Text(await restarted.FetchAsync(revision, Token), "a.yaml").Should().Be("1");
    }

    private static string Text(Artifact artifact, string path) => Encoding.UTF8.GetString(artifact.Tree.Read(TreePath.Parse(path)).Span);

    private GitSource Source(Action<GitSourceOptions>? configure = null)
    {
        var options = new GitSourceOptions { Url = _upstream.Url, CacheDirectory = _directory["cache"] };
        configure?.Invoke(options);
        return new GitSource(options);
    }
}
