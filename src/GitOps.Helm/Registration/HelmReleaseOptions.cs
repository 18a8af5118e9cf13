namespace GitOps.Helm;

/// <summary>Options of a unit that is a Helm chart. <see cref="UnitOptions.Path"/> is the chart's directory or packaged chart inside the source.</summary>
/// <remarks>
/// The chart is rendered as <c>helm template --include-crds</c> would and applied like every other unit: no release record is written and no hook is run;
/// hooks are left out of the set.
/// </remarks>
public sealed class HelmReleaseOptions : UnitOptions
{
    /// <summary>The release's name.</summary>
    /// <value>The default is the unit's name.</value>
    public string? ReleaseName { get; set; }

    /// <summary>Files of values inside the source, laid over the chart's own in order; paths are relative to the source's root.</summary>
    public IList<string> ValuesFiles { get; } = [];

    /// <summary>Values as YAML or JSON text, laid over all files.</summary>
    public string? Values { get; set; }

    /// <summary>The cluster's version that templates see.</summary>
    /// <value>The default is what Helm 4.2.3 assumes without a cluster.</value>
    public string? KubeVersion { get; set; }

    /// <summary>API versions that the cluster has besides those every cluster has.</summary>
    public IList<string> ApiVersions { get; } = [];

    /// <summary>Whether the CRDs in <c>crds/</c> are applied too.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool IncludeCrds { get; set; } = true;

    /// <summary>Whether <c>values.schema.json</c> is passed over.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool SkipSchemaValidation { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate())
        {
            yield return error;
        }

        foreach (var file in ValuesFiles.Where(f => !TreePath.Root.TryCombine(f, out _)))
        {
            yield return $"ValuesFiles '{file}' is not inside the source: it must be relative and must not leave the source.";
        }

        if (ReleaseName is { } name && (name.Length is 0 or > 53 || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.')))
        {
            yield return $"ReleaseName '{name}' must have 1 to 53 lower-case letters, digits, '-' or '.'.";
        }
    }

    internal HelmOptions ToRenderOptions(string unitName) => new()
    {
        ReleaseName = ReleaseName ?? unitName,
        Namespace = TargetNamespace ?? "default",
        Values = [.. ValuesFiles.Select(f => new HelmValuesFile(f)), .. Values is { Length: > 0 } text ? [new HelmValuesText(text)] : Array.Empty<HelmValuesSource>()],
        KubeVersion = KubeVersion,
        ApiVersions = [.. ApiVersions],
        IncludeCrds = IncludeCrds,
        SkipSchemaValidation = SkipSchemaValidation,
        Hooks = HelmHookPolicy.Skip,
    };
}
