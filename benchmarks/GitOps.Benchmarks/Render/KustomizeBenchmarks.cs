using BenchmarkDotNet.Attributes;
using GitOps.Kustomize;

namespace GitOps.Benchmarks.Render;

/// <summary>One overlay over a growing base: the time should grow with the number of objects, not with its square.</summary>
[MemoryDiagnoser]
public class KustomizeBenchmarks
{
    private readonly KustomizeRenderer _renderer = new();
    private MemoryFileTree _tree = null!;

    /// <summary>How many objects the base has.</summary>
    [Params(250, 1_000, 2_500, 4_000)]
    public int Objects { get; set; }

    /// <summary>Makes the input.</summary>
    [GlobalSetup]
    public void Setup() => _tree = KustomizeInput.Tree(Objects);

    /// <summary>What the command prints, in its order.</summary>
    /// <returns>The bytes' count.</returns>
    [Benchmark]
    public int Build() => KustomizeBuild.Run(_tree, TreePath.Parse(KustomizeInput.Overlay), KustomizeOptions.Default, legacyOrder: true, CancellationToken.None).Length;

    /// <summary>What a unit gets: manifests in input order.</summary>
    /// <returns>How many there are.</returns>
    [Benchmark]
    public async Task<int> Render() =>
        (await _renderer.RenderAsync(new RenderRequest("bench", _tree, TreePath.Parse(KustomizeInput.Overlay)), CancellationToken.None)).Manifests.Count;
}
