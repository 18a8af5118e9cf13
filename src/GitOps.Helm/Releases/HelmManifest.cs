namespace GitOps.Helm;

/// <summary>One rendered document of a release.</summary>
/// <param name="Path">The template it came from, with the chart's name in front.</param>
/// <param name="Text">The rendered YAML.</param>
/// <param name="ApiVersion">The object's apiVersion; empty when it has none.</param>
/// <param name="Kind">The object's kind; empty when it has none.</param>
public sealed record HelmManifest(string Path, string Text, string ApiVersion, string Kind)
{
    /// <summary>The annotations; empty when it has none.</summary>
    internal IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The text as a tree, when it was read and kept.</summary>
    internal Node? Tree { get; init; }

    /// <summary>Whether the object stays when the release goes (<c>helm.sh/resource-policy: keep</c>).</summary>
    public bool IsKept => Annotations.TryGetValue("helm.sh/resource-policy", out var policy) && policy.Trim().Equals("keep", StringComparison.OrdinalIgnoreCase);
}
