using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Capabilities</c>: what the target cluster offers.</summary>
/// <param name="kubeVersion">The cluster's version.</param>
/// <param name="apiVersions">The known API versions.</param>
/// <param name="helmVersion">Helm's own build information.</param>
internal sealed class CapabilitiesObject(KubeVersionObject kubeVersion, VersionSetObject apiVersions, HelmVersionObject helmVersion) : GoStruct
{
    /// <inheritdoc/>
    public override string TypeName => "*common.Capabilities";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; } =
        [new("KubeVersion", kubeVersion), new("APIVersions", apiVersions), new("HelmVersion", helmVersion)];

    /// <inheritdoc/>
    public override TemplateFunction? FindMethod(string name) => name == "Copy" ? new TemplateFunction(name, (_, _) => this, []) : null;
}
