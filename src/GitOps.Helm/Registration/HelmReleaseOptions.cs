using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>
/// Options of a unit that is a Helm chart. <see cref="UnitOptions.Path"/> is the chart's directory or packaged chart inside the source;
/// with <see cref="Chart"/>, <see cref="UnitOptions.Source"/> names a chart repository instead.
/// </summary>
/// <remarks>
/// The chart is rendered as <c>helm template --include-crds</c> would and applied like every other unit. Hooks of installation and upgrade run around that
/// as Helm runs them: when the rendered set or a hook has changed, each for at most <see cref="UnitOptions.Timeout"/>. Tests and hooks of a deletion are not run.
/// </remarks>
public sealed class HelmReleaseOptions : UnitOptions
{
    /// <summary>The chart that is wanted from the chart repository <see cref="UnitOptions.Source"/>; empty for a chart that lies in an ordinary source.</summary>
    public string? Chart { get; set; }

    /// <summary>The version of <see cref="Chart"/>, or a range such as <c>&gt;=6 &lt;7</c>: the newest one in it is taken, and newer ones as they appear.</summary>
    /// <value>The default is the newest release.</value>
    public string? Version { get; set; }

    /// <summary>The release's name.</summary>
    /// <value>The default is the unit's name.</value>
    public string? ReleaseName { get; set; }

    /// <summary>Files of values inside the source, laid over the chart's own in order; paths are relative to the root of the source, or of the <see cref="Chart"/>.</summary>
    public IList<string> ValuesFiles { get; } = [];

    /// <summary>Values as YAML or JSON text, laid over all files.</summary>
    public string? Values { get; set; }

    /// <summary>
    /// Values in ConfigMaps and Secrets, laid over <see cref="ValuesFiles"/> in order and under <see cref="Values"/>.
    /// They are read with <see cref="ValuesResolver"/>.
    /// </summary>
    public IList<HelmValuesFromOptions> ValuesFrom { get; } = [];

    /// <summary>Values in the grammar of <c>--set</c>, laid over everything else in order.</summary>
    public IList<string> Set { get; } = [];

    /// <summary>Values in the grammar of <c>--set-string</c>, laid over <see cref="Set"/>.</summary>
    public IList<string> SetString { get; } = [];

    /// <summary>Values in the grammar of <c>--set-json</c>, laid under <see cref="Set"/>.</summary>
    public IList<string> SetJson { get; } = [];

    /// <summary>Values in the grammar of <c>--set-literal</c>, laid over everything.</summary>
    public IList<string> SetLiteral { get; } = [];

    /// <summary>Reads what <see cref="ValuesFrom"/> names; set in code.</summary>
    /// <value>The default reads both with the host's connection to the cluster, from the release's namespace.</value>
    public HelmValuesResolver? ValuesResolver { get; set; }

    /// <summary>Whether the template function <c>lookup</c> reads the cluster, with the rights of <see cref="UnitOptions.ServiceAccount"/>; otherwise it finds nothing.</summary>
    /// <value>The default value is <see langword="true"/>. A chart that does look is rendered at every reconciliation.</value>
    public bool Lookup { get; set; } = true;

    /// <summary>Kustomize patches of the rendered objects; it needs the kustomize renderer (<c>AddKustomize</c>).</summary>
    public IList<ManifestPatchOptions> Patches { get; } = [];

    /// <summary>Images that are changed in the rendered objects; it needs the kustomize renderer (<c>AddKustomize</c>).</summary>
    public IList<ManifestImageOptions> Images { get; } = [];

    /// <summary>Changes the rendered objects, after <see cref="Patches"/> and <see cref="Images"/>, before they are sorted and applied; set in code.</summary>
    public HelmPostRenderer? PostRenderer { get; set; }

    /// <summary>The cluster's version that templates see.</summary>
    /// <value>The default is what Helm 4.2.3 assumes without a cluster.</value>
    public string? KubeVersion { get; set; }

    /// <summary>API versions that the cluster has besides those every cluster has.</summary>
    public IList<string> ApiVersions { get; } = [];

    /// <summary>Whether the CRDs in <c>crds/</c> are applied too.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool IncludeCrds { get; set; } = true;

    /// <summary>Whether the chart's hooks are left out.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool DisableHooks { get; set; }

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

        foreach (var error in ChartErrors())
        {
            yield return error;
        }

        foreach (var file in ValuesFiles.Where(f => !TreePath.Root.TryCombine(f, out _)))
        {
            yield return $"ValuesFiles '{file}' is not inside the source: it must be relative and must not leave the source.";
        }

        foreach (var reference in ValuesFrom)
        {
            if (reference.Kind is not ("ConfigMap" or "Secret"))
            {
                yield return $"ValuesFrom has the kind '{reference.Kind}': it must be ConfigMap or Secret.";
            }

            if (string.IsNullOrEmpty(reference.Name))
            {
                yield return "ValuesFrom has an item without Name.";
            }

        }

        foreach (var error in SetErrors())
        {
            yield return error;
        }

        if (ReleaseName is { } name && (name.Length is 0 or > 53 || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.')))
        {
            yield return $"ReleaseName '{name}' must have 1 to 53 lower-case letters, digits, '-' or '.'.";
        }
    }

    private IEnumerable<string> ChartErrors()
    {
        if (Chart is { Length: > 0 } && Path != ".")
        {
            yield return $"Chart '{Chart}' comes from a chart repository, so Path '{Path}' means nothing: remove one of them.";
        }

        if (Version is { Length: > 0 } version)
        {
            if (Chart is not { Length: > 0 })
            {
                yield return $"There is a Version, '{version}', but no Chart: a chart in an ordinary source has the version that lies there.";
            }
            else if (!SemVersion.TryParse(version, out _) && !SemVerConstraint.TryParse(version, out _))
            {
                yield return $"Version '{version}' is neither a version nor a range of versions.";
            }
        }

        if (Patches.Any(p => string.IsNullOrWhiteSpace(p.Patch)))
        {
            yield return "One of Patches has no Patch: give it the text of a strategic merge patch or of JSON patch operations.";
        }

        if (Images.Any(i => string.IsNullOrWhiteSpace(i.Name)))
        {
            yield return "One of Images has no Name: name the image that is to be changed.";
        }
    }

    private IEnumerable<HelmSetValue> SetValues() =>
    [
        .. SetJson.Select(s => new HelmSetValue(s, SetValueKind.Json)),
        .. Set.Select(s => new HelmSetValue(s, SetValueKind.Typed)),
        .. SetString.Select(s => new HelmSetValue(s, SetValueKind.String)),
        .. SetLiteral.Select(s => new HelmSetValue(s, SetValueKind.Literal)),
    ];

    // The grammar does not depend on the chart, so a mistake is found before anything is rendered.
    private IEnumerable<string> SetErrors()
    {
        foreach (var value in SetValues())
        {
            string? error = null;
            try
            {
                new ValuesBuilder(static _ => null).Add(value);
            }
            catch (GitOpsException e)
            {
                error = $"The value '{value.Expression.Split('=')[0]}=...' cannot be set: {e.Message}";
            }

            if (error is not null)
            {
                yield return error;
            }
        }
    }

    internal HelmOptions ToRenderOptions(string unitName, ISecretReader? secrets = null, IObjectReader? objects = null, IManifestPatcher? patcher = null)
    {
        var cluster = new ReleaseCluster(this, secrets, objects);
        return new HelmOptions
        {
            ReleaseName = ReleaseName ?? unitName,
            Namespace = TargetNamespace ?? "default",
            Values =
            [
                .. ValuesFiles.Select(f => new HelmValuesFile(f)),
                .. ValuesFrom.Select(r => r.ToReference()),
                .. Values is { Length: > 0 } text ? [new HelmValuesText(text)] : Array.Empty<HelmValuesSource>(),
                .. SetValues(),
            ],
            ValuesResolver = ValuesResolver ?? cluster.ReadValueAsync,
            PostRenderer = ReleasePatches.Create(this, patcher) is { } patches ? patches.RunAsync : PostRenderer,
            Lookup = Lookup && objects is not null ? cluster.Look : null,
            KubeVersion = KubeVersion,
            ApiVersions = [.. ApiVersions],
            IncludeCrds = IncludeCrds,
            SkipSchemaValidation = SkipSchemaValidation,
            Hooks = DisableHooks ? HelmHookPolicy.Skip : HelmHookPolicy.SkipTests,
        };
    }
}
