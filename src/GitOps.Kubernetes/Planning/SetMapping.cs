using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Planning;

/// <summary>From manifests to objects of the cluster's API.</summary>
internal sealed class SetMapping
{
    private readonly PlanScope _scope;

    public SetMapping(PlanScope scope) => _scope = scope;

    /// <summary>Whether the cluster did not say which kinds it has; that was told.</summary>
    public bool IsUnreachable { get; private set; }

    /// <summary>The objects of the set in the order of applying; empty when the cluster did not answer.</summary>
    public async ValueTask<List<DesiredObject>> MapAsync(CancellationToken cancellationToken)
    {
        var definitions = CollectDefinitions();
        List<(Manifest Manifest, ResourceId Id, ApiResource Resource, MapNode? Definition)> mapped = new(_scope.Request.Manifests.Count);
        Dictionary<ResourceId, Manifest> seen = [];
        HashSet<(string, string)> unknown = [];
        foreach (var manifest in _scope.Request.Manifests)
        {
            var (resource, definition) = await ResolveAsync(manifest, definitions, unknown, cancellationToken).ConfigureAwait(false);
            if (IsUnreachable)
            {
                return [];
            }

            if (resource is null)
            {
                continue;
            }

            var @namespace = NamespaceOf(manifest, resource);
            var id = manifest.Id with { Namespace = @namespace };
            if (!seen.TryAdd(id, manifest))
            {
                _scope.Tell(Diagnostic.Error(Reasons.ValidationFailed,
                    $"The object is in the set twice{(seen[id].Origin is { } first ? $", first in {first}" : "")}: remove one of them.", manifest.Origin, id));
                continue;
            }

            mapped.Add((manifest, id, resource, definition));
        }

        // Copying and hashing is most of what a run costs that changes nothing, and each object is its own.
        var desired = new DesiredObject[mapped.Count];
        Parallel.For(0, mapped.Count, new ParallelOptions { CancellationToken = cancellationToken }, i => desired[i] = Prepare(mapped[i].Manifest, mapped[i].Id, mapped[i].Resource, mapped[i].Definition));
        Array.Sort(desired, ApplyOrder.Compare);
        return [.. desired];
    }

    /// <summary>The namespace that a manifest goes to; empty for an object of the cluster.</summary>
    public string NamespaceOf(Manifest manifest, ApiResource resource) =>
        resource.Namespaced ? manifest.Id.Namespace is { Length: > 0 } named ? named : _scope.Request.DefaultNamespace ?? "default" : "";

    /// <summary>The API resource of a manifest, and the definition in the set while only that knows the kind. What cannot be found is told once for each kind.</summary>
    public async ValueTask<(ApiResource? Resource, MapNode? Definition)> ResolveAsync(
        Manifest manifest, Dictionary<(string ApiVersion, string Kind), (ApiResource Resource, MapNode Definition)> definitions, HashSet<(string, string)> unknown, CancellationToken cancellationToken)
    {
        var (resource, error) = await _scope.Cluster.Discovery.FindAsync(manifest.ApiVersion, manifest.Kind, cancellationToken).ConfigureAwait(false);
        if (error is { IsUnreachable: true } or { StatusCode: 401 })
        {
            IsUnreachable = true;
            _scope.Tell(Failures.General(error, "The kinds of the cluster cannot be read", null));
            return default;
        }

        if (error is not null)
        {
            if (unknown.Add((manifest.ApiVersion, manifest.Kind)))
            {
                _scope.Tell(Diagnostic.Error(Failures.ReasonOf(error), $"The API {manifest.ApiVersion} does not say which kinds it has: {Failures.Explain(error, null)}.", manifest.Origin, manifest.Id));
            }

            return default;
        }

        if (resource is not null)
        {
            return (resource, null);
        }

        if (definitions.TryGetValue((manifest.ApiVersion, manifest.Kind), out var defined))
        {
            return defined;
        }

        if (unknown.Add((manifest.ApiVersion, manifest.Kind)))
        {
            _scope.Tell(Diagnostic.Error(Reasons.ValidationFailed,
                $"The cluster knows no kind {manifest.Kind} in {manifest.ApiVersion}, and no CustomResourceDefinition of the set defines it: add the definition, apply what brings it first, or correct apiVersion and kind.",
                manifest.Origin, manifest.Id));
        }

        return default;
    }

    /// <summary>The kinds that the set itself defines.</summary>
    public Dictionary<(string ApiVersion, string Kind), (ApiResource Resource, MapNode Definition)> CollectDefinitions()
    {
        Dictionary<(string, string), (ApiResource, MapNode)> found = [];
        foreach (var manifest in _scope.Request.Manifests)
        {
            if (manifest is not { Kind: "CustomResourceDefinition", Id.Group: "apiextensions.k8s.io" } || manifest.Root.GetMap("spec") is not { } spec || spec.GetMap("names") is not { } names)
            {
                continue;
            }

            var (group, kind, plural) = (spec.GetString("group") ?? "", names.GetString("kind") ?? "", names.GetString("plural") ?? "");
            var namespaced = spec.GetString("scope") != "Cluster";
            foreach (var node in spec.GetList("versions") ?? [])
            {
                if (node is MapNode version && version.GetString("name") is { Length: > 0 } name)
                {
                    found.TryAdd(($"{group}/{name}", kind), (new ApiResource(group, name, kind, plural, namespaced), version));
                }
            }
        }

        return found;
    }

    private DesiredObject Prepare(Manifest manifest, ResourceId id, ApiResource resource, MapNode? definition)
    {
        if (definition is null && _scope.Cluster.Prepared.Find(manifest, id.Namespace, _scope.Owner) is { } ready && ready.Resource == resource)
        {
            return ready.Fresh();
        }

        var root = Normalization.Prepare(manifest, id.Namespace, _scope.Owner);
        var body = JsonTreeWriter.Write(root);
        var made = new DesiredObject(manifest, id, resource, body, Normalization.Hash(body), ObjectPolicy.Read(root)) { PendingDefinition = definition };
        if (definition is null)
        {
            _scope.Cluster.Prepared.Add(manifest, id.Namespace, _scope.Owner, made);
        }

        return made;
    }
}
