using System.Globalization;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Mirrors;

/// <summary>A mirror is a bare repository with the full history of what is followed and nothing else, and the next fetch brings what is new.</summary>
public sealed class WantedReferencesTests : UpstreamTest
{
    private const int Commits = 20;

    private readonly Random _random = new(20261123);

    [Theory]
    [InlineData("local")]
    [InlineData("git")]
    [InlineData("http")]
    [InlineData("ssh")]
    public async Task FetchAsync_OneBranchOfMany_BringsItsHistoryOnlyAndThenWhatIsNew(string transport)
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        await using var server = await ServeAsync(transport);
        for (var i = 0; i < Commits; i++)
        {
            await CommitAsync("main", $"f{i}.bin", 20_000);
        }

        var unwanted = await CommitAsync("unwanted", "other.bin", 500_000);
        await Upstream.TagAsync("v1.0.0", unwanted, "release", cancellationToken: Token);
        using var source = new GitSource(server.Options(o => o.Reference.Branch = "main"));
        var first = await NewestAsync(source);
        var (count, size) = Measure();

        Git("rev-list", "--count", first.Revision.Digest).Should().Be($"{Commits}", "the history is whole");
        Git("rev-parse", "--is-bare-repository").Should().Be("true");
        Git("for-each-ref", "--format=%(objectname)").Split('\n').Distinct().Should().Equal(first.Revision.Digest);
        Lists(unwanted.Digest).Should().BeFalse("nobody follows that branch");
        count.Should().Be(3 * Commits, "a commit, a tree and a file each");

        var second = await CommitAsync("main", "new.bin", 1_000);
        await NewestAsync(source);
        var (newCount, newSize) = Measure();

        Lists(second.Digest).Should().BeTrue();
        (newCount - count).Should().BeGreaterThanOrEqualTo(3).And.BeLessThan(10, "a commit, a tree and a file, and perhaps what they are deltas to");
        (newSize - size).Should().BeLessThan(20_000, "what was there is not sent again");
        Lists(unwanted.Digest).Should().BeFalse();
    }

    [Theory]
    [InlineData("local")]
    [InlineData("http")]
    public async Task FetchAsync_AnnotatedTag_BringsItsHistory(string transport)
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        await using var server = await ServeAsync(transport);
        await CommitAsync("main", "a.bin", 100);
        var second = await CommitAsync("main", "b.bin", 100);
        await Upstream.TagAsync("v1.0.0", second, "release", cancellationToken: Token);
        using var source = new GitSource(server.Options(o => o.Reference.Tag = "v1.0.0"));

        await NewestAsync(source);

        Git("rev-list", "--count", second.Digest).Should().Be("2");
        Git("fsck", "--full");
    }

    private (int Count, long Size) Measure()
    {
        var values = Git("count-objects", "-v").Split('\n').Select(l => l.Split(": ")).ToDictionary(l => l[0], l => long.Parse(l[1], CultureInfo.InvariantCulture));
        var size = new DirectoryInfo(Path.Combine(FindMirror().Current, "objects")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        return ((int)(values["count"] + values["in-pack"]), size);
    }

    private bool Lists(string commit) => Git("cat-file", "--batch-check", "--batch-all-objects").Contains(commit, StringComparison.Ordinal);

    private string Git(params string[] arguments) => Tools.Run("git", ["--git-dir", FindMirror().Current, .. arguments]).Trim();

    private ValueTask<Revision> CommitAsync(string branch, string file, int size)
    {
        var content = new byte[size];
        _random.NextBytes(content);
        return Upstream.CommitAsync(new GitCommit { Branch = branch, Message = file, Changes = [GitFileChange.Write(file, content)] }, Token);
    }
}
