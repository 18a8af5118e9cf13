using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Capabilities.KubeVersion</c>.</summary>
internal sealed class KubeVersionObject : GoStruct, IGoStringer
{
    private readonly string normalized;
    private readonly TemplateFunction toText;
    private readonly TemplateFunction gitVersion;

    /// <summary>Makes the version.</summary>
    /// <param name="version">The full version with its <c>v</c>, for example <c>v1.33.4-gke.1245000</c>.</param>
    /// <param name="normalized">The version without suffixes, for example <c>v1.33.4</c>.</param>
    /// <param name="major">The major number.</param>
    /// <param name="minor">The minor number.</param>
    public KubeVersionObject(string version, string normalized, string major, string minor)
    {
        this.normalized = normalized;
        toText = new TemplateFunction("String", (_, _) => GoString(), []);
        gitVersion = new TemplateFunction("GitVersion", (_, _) => version, []);
        Fields =
        [
            new("Version", version),
            new("normalizedVersion", normalized, IsExported: false),
            new("Major", major),
            new("Minor", minor),
        ];
    }

    /// <inheritdoc/>
    public override string TypeName => "common.KubeVersion";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; }

    /// <inheritdoc/>
    public bool OnlyWhenAddressable => true;

    /// <inheritdoc/>
    public string GoString() => normalized;

    /// <inheritdoc/>
    public override TemplateFunction? FindMethod(string name) => name switch
    {
        "String" => toText,
        "GitVersion" => gitVersion,
        _ => null,
    };
}
