namespace GitOps.Helm;

/// <summary>How a chart is rendered. The defaults are those of <c>helm template</c>.</summary>
public sealed record HelmOptions
{
    /// <summary>The release's name: up to 53 characters of a DNS name. Default: the unit's name, or <c>release-name</c> outside a unit.</summary>
    public string? ReleaseName { get; init; }

    /// <summary>The release's namespace. Default <c>default</c>.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The release's revision number. Default 1.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>Whether templates see an upgrade instead of an installation.</summary>
    public bool IsUpgrade { get; init; }

    /// <summary>The values, laid over the chart's own in order.</summary>
    public IReadOnlyList<HelmValuesSource> Values { get; init; } = [];

    /// <summary>Reads values from ConfigMaps and Secrets; without it every required reference is an error.</summary>
    public HelmValuesResolver? ValuesResolver { get; init; }

    /// <summary>The cluster's version, such as <c>1.33.0</c>. Default: what Helm 4.2.3 assumes, 1.36.0.</summary>
    public string? KubeVersion { get; init; }

    /// <summary>API versions the cluster has besides those every cluster has: <c>group/version</c> or <c>group/version/Kind</c>.</summary>
    public IReadOnlyList<string> ApiVersions { get; init; } = [];

    /// <summary>Whether the files in crds/ are part of the result.</summary>
    public bool IncludeCrds { get; init; }

    /// <summary>What becomes of hooks. Default: they are kept.</summary>
    public HelmHookPolicy Hooks { get; init; } = HelmHookPolicy.Include;

    /// <summary>Whether values.schema.json is passed over.</summary>
    public bool SkipSchemaValidation { get; init; }

    /// <summary>Whether the notes of subcharts are part of the notes.</summary>
    public bool SubNotes { get; init; }

    /// <summary>Whether a missing key is an error instead of an empty value.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether templates may ask DNS (<c>getHostByName</c>).</summary>
    public bool EnableDns { get; init; }

    /// <summary>Answers <c>lookup</c>; without it every look-up finds nothing.</summary>
    public HelmLookup? Lookup { get; init; }

    /// <summary>Changes the rendered objects before they are sorted.</summary>
    public HelmPostRenderer? PostRenderer { get; init; }

    /// <summary>How hooks reach <see cref="PostRenderer"/>.</summary>
    public HelmPostRenderStrategy PostRenderStrategy { get; init; } = HelmPostRenderStrategy.Combined;

    /// <summary>How large the chart may be.</summary>
    public ChartLimits Limits { get; init; } = ChartLimits.Default;

    /// <summary>How long rendering may take. Default two minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many characters all rendered templates may have together. Default 64 Mi.</summary>
    public int MaxOutput { get; init; } = 64 * 1024 * 1024;
}
