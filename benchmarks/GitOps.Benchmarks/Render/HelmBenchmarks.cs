using BenchmarkDotNet.Attributes;
using GitOps.Helm;

namespace GitOps.Benchmarks.Render;

/// <summary>
/// Charts in process, on one thread: parse (load only), cold (load and render, nothing kept), warm (load with the parsed chart kept by digest, as
/// the engine does it) and parsed (render a chart that is at hand).
/// </summary>
/// <remarks>The published charts lie beside the project (shared/conformance/helm); without them a chart made here stands in.</remarks>
[MemoryDiagnoser]
public class HelmBenchmarks
{
    private IFileTree _tree = null!;
    private TreePath _path;
    private HelmChart _parsed = null!;
    private HelmRenderer _renderer = null!;
    private HelmOptions _options = null!;

    /// <summary>Small, medium and large charts.</summary>
    [Params("podinfo", "ingress-nginx", "cert-manager", "rook-ceph", "datadog")]
    public string Chart { get; set; } = "";

    [GlobalSetup]
    public async Task SetupAsync()
    {
        (_tree, _path) = HelmBenchmarkCharts.Find(Chart);
        _options = new HelmOptions { ReleaseName = "release-name", KubeVersion = "1.33.0", SkipSchemaValidation = false };
        _parsed = HelmChart.LoadDirectory(_tree, _path);
        _renderer = new HelmRenderer();
        await HelmTemplate.RenderAsync(_parsed, _options);
        await RenderWarm();
    }

    [Benchmark]
    public HelmChart Parse() => HelmChart.LoadDirectory(_tree, _path);

    [Benchmark]
    public async Task<string> RenderCold() => (await HelmTemplate.RenderAsync(HelmChart.LoadDirectory(_tree, _path), _options)).ToYaml();

    [Benchmark]
    public async Task<string> RenderParsed() => (await HelmTemplate.RenderAsync(_parsed, _options)).ToYaml();

    [Benchmark]
    public async Task<RenderResult> RenderWarm() =>
        await _renderer.RenderAsync(new RenderRequest("release-name", _tree, _path) { Options = _options }, CancellationToken.None);
}
