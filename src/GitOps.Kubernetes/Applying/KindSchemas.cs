using System.Collections.Concurrent;
using GitOps.Kubernetes.Client;
using GitOps.Schema;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// The schemas by which objects are compared: the built-in table for kinds that every server has, the definition in the cluster for custom ones.
/// A kind that neither describes is deduced from its values, as the server does.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class KindSchemas(DynamicClient client)
{
    private static readonly ApiResource s_definitions = new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false);

    private readonly ConcurrentDictionary<ApiResource, SchemaType> _custom = new();

    /// <summary>The schema of a kind. Asks the server once for a custom kind; a server that does not tell is no error, lists are then compared as a whole.</summary>
    public async ValueTask<SchemaType> FindAsync(ApiResource resource, CancellationToken cancellationToken)
    {
        if (BuiltInSchema.Find(resource.ApiVersion, resource.Kind) is { } builtIn)
        {
            return builtIn;
        }

        if (_custom.TryGetValue(resource, out var known))
        {
            return known;
        }

        var result = await client.GetAsync(s_definitions, "", $"{resource.Plural}.{resource.Group}", cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return result.Error.IsTransient ? SchemaType.Deduced : _custom.GetOrAdd(resource, SchemaType.Deduced);
        }

        return _custom.GetOrAdd(resource, Read(result.Body, resource.Version));
    }

    /// <summary>Forgets the custom kinds, because a definition was written.</summary>
    public void Invalidate() => _custom.Clear();

    private static SchemaType Read(MapNode definition, string version)
    {
        var found = (definition.GetMap("spec")?.GetList("versions") ?? []).OfType<MapNode>().FirstOrDefault(v => v.GetString("name") == version);
        try
        {
            return found?.GetMap("schema")?.GetMap("openAPIV3Schema") is { } schema ? CustomSchema.Read(schema) : SchemaType.Deduced;
        }
        catch (GitOpsException)
        {
            // Nested beyond the limit; the server lives with it, so a comparison must too.
            return SchemaType.Deduced;
        }
    }
}
