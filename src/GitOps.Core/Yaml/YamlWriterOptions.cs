namespace GitOps.Yaml;

/// <summary>The two YAML forms that Kubernetes tools print.</summary>
internal sealed record YamlWriterOptions
{
    /// <summary>As sigs.k8s.io/yaml prints (kubectl, kustomize, Helm's toYaml): lists not indented in maps, lines folded near 80 columns, numbers through JSON.</summary>
    public static YamlWriterOptions Kubernetes { get; } = new();

    /// <summary>As go-yaml v3 prints with an indent of two (Helm's toYamlPretty): lists indented, nothing folded, floats as Go's %g.</summary>
    public static YamlWriterOptions Pretty { get; } = new() { IsV3 = true };

    /// <summary>As kustomize's tree library prints while it works: fields in their order, scalars in their style, lists not indented in maps.</summary>
    public static YamlWriterOptions Kyaml { get; } = new() { IsV3 = true, KeepsForm = true };

    /// <summary>Whether maps and lists that were read in braces and brackets are written in them.</summary>
    public bool KeepsBraces { get; init; }

    /// <summary>Whether order and styles of the tree are kept.</summary>
    public bool KeepsForm { get; init; }

    /// <summary>What the text that the tree was read from said beside its data.</summary>
    public YamlForm? Form { get; init; }

    /// <summary>Whether to write as go-yaml v3 does.</summary>
    public bool IsV3 { get; init; }
}
