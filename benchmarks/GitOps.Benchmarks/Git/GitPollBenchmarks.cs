using BenchmarkDotNet.Attributes;
using GitOps.Git;

namespace GitOps.Benchmarks.Git;

/// <summary>Looking for a new commit when there is none.</summary>
public class GitPollBenchmarks
{
    private GitFixture _fixture = null!;
    private GitSource _source = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _fixture = new GitFixture(1_000);
        _source = new GitSource(new GitSourceOptions { Url = _fixture.Url, CacheDirectory = _fixture.CacheDirectory });
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _source.Dispose();
        _fixture.Dispose();
    }

    [Benchmark(Baseline = true, Description = "git ls-remote")]
    public long LsRemote() => GitFixture.Git("ls-remote", _fixture.Url, "refs/heads/main");

    [Benchmark(Description = "ProbeAsync")]
    public async Task<Revision> Probe() => await _source.ProbeAsync(CancellationToken.None);
}
