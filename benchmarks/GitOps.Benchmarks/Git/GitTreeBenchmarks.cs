using BenchmarkDotNet.Attributes;
using GitOps.Git;

namespace GitOps.Benchmarks.Git;

/// <summary>Reading all 10 000 files of a commit.</summary>
public class GitTreeBenchmarks
{
    private GitFixture _fixture = null!;
    private GitSource _source = null!;
    private Artifact _artifact = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _fixture = new GitFixture(10_000);
        _source = new GitSource(new GitSourceOptions { Url = _fixture.Url, CacheDirectory = _fixture.CacheDirectory });
        _artifact = _source.FetchAsync(_source.ProbeAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult(), CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _source.Dispose();
        _fixture.Dispose();
    }

    [Benchmark(Baseline = true, Description = "git archive")]
    public long Archive() => GitFixture.Git("--git-dir", _fixture.Clone, "archive", "refs/heads/main");

    [Benchmark(Description = "tree read, warm")]
    public long Read() => Read(_artifact.Tree, TreePath.Root);

    [Benchmark(Description = "tree read, new process state")]
    public async Task<long> ReadCold()
    {
        using var source = new GitSource(new GitSourceOptions { Url = _fixture.Url, CacheDirectory = _fixture.CacheDirectory });
        return Read((await source.FetchAsync(_artifact.Revision, CancellationToken.None)).Tree, TreePath.Root);
    }

    internal static long Read(IFileTree tree, TreePath directory)
    {
        long length = 0;
        foreach (var entry in tree.List(directory))
        {
            length += entry.Kind == TreeEntryKind.Directory ? Read(tree, entry.Path) : tree.Read(entry.Path).Length;
        }

        return length;
    }
}
