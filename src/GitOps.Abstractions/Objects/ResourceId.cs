namespace GitOps;

/// <summary>The identity of a Kubernetes object: group, kind, namespace and name. The version is not part of it.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace; empty for a cluster-scoped object or when none was given.</param>
/// <param name="Name">The name.</param>
public readonly record struct ResourceId(string Group, string Kind, string Namespace, string Name)
{
    /// <summary>Group and kind.</summary>
    public GroupKind GroupKind => new(Group, Kind);

    /// <summary>The identity as people read it: <c>Deployment/apps/podinfo</c>, or <c>Namespace/apps</c> without a namespace.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Namespace.Length == 0 ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
