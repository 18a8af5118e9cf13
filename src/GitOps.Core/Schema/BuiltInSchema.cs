using System.Collections.Concurrent;

namespace GitOps.Schema;

/// <summary>The schemas and resources of the kinds that every API server serves.</summary>
internal static class BuiltInSchema
{
    private static readonly Lazy<BuiltInTable> Table = new(BuiltInTable.Load);
    private static readonly ConcurrentDictionary<(string ApiVersion, string Kind), SchemaType?> ByApiVersion = new();

    /// <summary>The Kubernetes version that the table describes.</summary>
    public static string KubernetesVersion => Table.Value.KubernetesVersion;

    /// <summary>All resources, subresources included.</summary>
    public static IReadOnlyList<ResourceInfo> Resources => Table.Value.Resources;

    /// <summary>The schema of a kind.</summary>
    /// <param name="group">The API group; empty for core.</param>
    /// <param name="version">The version.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The schema, or <see langword="null"/> when the kind is not built in.</returns>
    public static SchemaType? Find(string group, string version, string kind) => Table.Value.Find(group, version, kind);

    /// <summary>The schema of a kind.</summary>
    /// <param name="apiVersion">Group and version: <c>apps/v1</c>.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The schema, or <see langword="null"/> when the kind is not built in.</returns>
    public static SchemaType? Find(string apiVersion, string kind) =>
        ByApiVersion.TryGetValue((apiVersion, kind), out var known) ? known : Remember(apiVersion, kind);

    /// <summary>A definition by its OpenAPI name.</summary>
    /// <param name="name">The name: <c>io.k8s.api.core.v1.Container</c>.</param>
    /// <returns>The type, or <see langword="null"/>.</returns>
    public static SchemaType? Definition(string name) => Table.Value.Definition(name);

    private static SchemaType? Remember(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var found = slash < 0 ? Find("", apiVersion, kind) : Find(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
        if (found is not null)
        {
            // Only hits are kept: the number of kinds is fixed, that of misspelt ones is not.
            ByApiVersion.TryAdd((apiVersion, kind), found);
        }

        return found;
    }
}
