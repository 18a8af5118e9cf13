using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args is ["--allocations"])
{
    GitOps.Benchmarks.Diff.AllocationCount.Print();
    return;
}

if (args is [GitOps.Benchmarks.Git.GitProcesses.Compare])
{
    GitOps.Benchmarks.Git.GitProcesses.CompareAll();
    return;
}

if (args is [GitOps.Benchmarks.Git.GitProcesses.One, var what, var url, var cache])
{
    await GitOps.Benchmarks.Git.GitProcesses.RunOneAsync(what, url, cache);
    return;
}

// In process: it needs no second build and no network, and what counts here are ratios, not absolute times.
var config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(8))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.JoinSummary);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
