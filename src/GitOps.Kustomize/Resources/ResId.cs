namespace GitOps.Kustomize.Resources;

/// <summary>What identifies a resource inside a build.</summary>
internal readonly record struct ResId(Gvk Gvk, string Name, string Namespace, bool IsClusterScoped)
{
    /// <summary>The namespace of everything that has none by nature.</summary>
    public const string NoNamespace = "_non_namespaceable_";

    public string EffectiveNamespace => IsClusterScoped ? NoNamespace : Namespace.Length == 0 ? "default" : Namespace;

    /// <summary>What makes two ids the same: an empty namespace is the default one.</summary>
    public Key Identity => new(Gvk, Name, EffectiveNamespace);

    public bool IsSameAs(in ResId other) => Identity == other.Identity;

    public bool IsSelectedBy(in ResId selector) =>
        (selector.Name.Length == 0 || string.Equals(selector.Name, Name, StringComparison.Ordinal))
        && (selector.Namespace.Length == 0 || string.Equals(selector.EffectiveNamespace, EffectiveNamespace, StringComparison.Ordinal))
        && Gvk.IsSelected(selector.Gvk);

    public override string ToString() => $"{Gvk}/{(Name.Length == 0 ? "[noName]" : Name)}.{(Namespace.Length == 0 ? "[noNs]" : Namespace)}";

    internal readonly record struct Key(Gvk Gvk, string Name, string EffectiveNamespace);
}
