using System.Text;
using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>Options of a unit that is a Helm chart. <see cref="UnitOptions.Path"/> is the chart's directory or packaged chart inside the source.</summary>
/// <remarks>
/// The chart is rendered as <c>helm template --include-crds</c> would and applied like every other unit. Hooks of installation and upgrade run around that
/// as Helm runs them: when the rendered set or a hook has changed, each for at most <see cref="UnitOptions.Timeout"/>. Tests and hooks of a deletion are not run.
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
    /// <value>The default reads Secrets with the host's <see cref="ISecretReader"/> from the release's namespace, and no ConfigMaps.</value>
    public HelmValuesResolver? ValuesResolver { get; set; }

    /// <summary>Changes the rendered objects before they are sorted and applied; set in code.</summary>
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

            if (reference is { Kind: "ConfigMap", Optional: false } && ValuesResolver is null)
            {
                yield return $"ValuesFrom names ConfigMap '{reference.Name}', which nothing reads: set ValuesResolver in code.";
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

    internal HelmOptions ToRenderOptions(string unitName, ISecretReader? secrets = null) => new()
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
        ValuesResolver = ValuesResolver ?? (secrets is null ? null : (reference, token) => ReadSecretAsync(secrets, TargetNamespace, reference, token)),
        PostRenderer = PostRenderer,
        KubeVersion = KubeVersion,
        ApiVersions = [.. ApiVersions],
        IncludeCrds = IncludeCrds,
        SkipSchemaValidation = SkipSchemaValidation,
        Hooks = DisableHooks ? HelmHookPolicy.Skip : HelmHookPolicy.SkipTests,
    };

    private static async ValueTask<string?> ReadSecretAsync(ISecretReader secrets, string? @namespace, HelmValuesReference reference, CancellationToken cancellationToken) =>
        reference.Kind == "Secret"
            && await secrets.ReadAsync(@namespace, reference.Name, cancellationToken).ConfigureAwait(false) is { } values
            && values.TryGetValue(reference.Key, out var value)
            ? Encoding.UTF8.GetString(value.Span)
            : null;
}
