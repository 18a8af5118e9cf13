using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Capabilities.HelmVersion</c>: the build information of the Helm that is followed.</summary>
internal sealed class HelmVersionObject : GoStruct
{
    /// <summary>Helm 4.2.3 as it was released.</summary>
    public static HelmVersionObject Helm423 { get; } = new("v4.2.3", "go1.26.10", "v1.36");

    private HelmVersionObject(string version, string goVersion, string kubeClientVersion) =>
        Fields =
        [
            new("Version", version, "version", OmitEmpty: true),
            new("GitCommit", string.Empty, "git_commit", OmitEmpty: true),
            new("GitTreeState", string.Empty, "git_tree_state", OmitEmpty: true),
            new("GoVersion", goVersion, "go_version", OmitEmpty: true),
            new("KubeClientVersion", kubeClientVersion, "kube_client_version"),
        ];

    /// <inheritdoc/>
    public override string TypeName => "version.BuildInfo";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; }
}
