using System.Collections.Immutable;

namespace GitOps.Testing;

/// <summary>All resources that the server serves, built-in and from CRDs.</summary>
internal sealed class ResourceRegistry
{
    private ImmutableDictionary<(string Group, string Plural), ResourceDefinition> _resources = ImmutableDictionary<(string, string), ResourceDefinition>.Empty;

    /// <summary>Told of every resource whose store is new.</summary>
    public event Action<ResourceDefinition>? Added;

    public IEnumerable<ResourceDefinition> All => _resources.Values;

    public ResourceDefinition? Find(string group, string plural) => _resources.GetValueOrDefault((group, plural));

    public ResourceDefinition? FindKind(string group, string kind) =>
        _resources.Values.FirstOrDefault(r => r.Kind == kind && r.Group == group);

    public void Add(ResourceDefinition definition)
    {
        var known = Find(definition.Group, definition.Plural);
        ImmutableInterlocked.AddOrUpdate(ref _resources, (definition.Group, definition.Plural), definition, (_, _) => definition);
        if (!ReferenceEquals(known?.Store, definition.Store))
        {
            Added?.Invoke(definition);
        }
    }

    public void Remove(string group, string plural) => ImmutableInterlocked.TryRemove(ref _resources, (group, plural), out _);
}
