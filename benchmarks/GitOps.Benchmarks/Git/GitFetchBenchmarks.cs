using BenchmarkDotNet.Attributes;
using GitOps.Git;

namespace GitOps.Benchmarks.Git;

/// <summary>Getting one commit that changes one file of 10 000.</summary>
public class GitFetchBenchmarks
{
    private GitFixture _fixture = null!;
    private GitSource _source = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _fixture = new GitFixture(10_000);
        _source = new GitSource(new GitSourceOptions { Url = _fixture.Url, CacheDirectory = _fixture.CacheDirectory });
        FetchAsync().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _source.Dispose();
        _fixture.Dispose();
    }

    [IterationSetup]
    public void Commit() => _fixture.Commit();

    [Benchmark(Baseline = true, Description = "git fetch")]
    public long Fetch() => GitFixture.Git("--git-dir", _fixture.Clone, "fetch", "-q", "origin", "+refs/heads/main:refs/heads/main");

    [Benchmark(Description = "ProbeAsync + FetchAsync")]
    public async Task<Artifact> FetchAsync() => await _source.FetchAsync(await _source.ProbeAsync(CancellationToken.None), CancellationToken.None);
}
