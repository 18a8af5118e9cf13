using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary><c>.Capabilities.APIVersions</c>: a list with a method <c>Has</c>.</summary>
internal sealed class VersionSetObject : TypedList, IGoMethods
{
    private readonly TemplateFunction has;

    /// <summary>Makes the set.</summary>
    /// <param name="versions">Every <c>group/version</c> and <c>group/version/Kind</c>, in order.</param>
    public VersionSetObject(IReadOnlyList<string> versions)
        : base("common.VersionSet", GoType.String, versions)
    {
        var known = new HashSet<string>(versions, StringComparer.Ordinal);
        has = new TemplateFunction("Has", (_, args) => known.Contains((string)args[0]!), [GoType.String]);
    }

    /// <inheritdoc/>
    public TemplateFunction? FindMethod(string name) => name == "Has" ? has : null;
}
