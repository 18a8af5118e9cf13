using System.Runtime.CompilerServices;

namespace GitOps.Kubernetes.Applying;

/// <summary>Remembers what was prepared from a manifest for as long as the manifest lives: an unchanged unit is not prepared anew for each plan.</summary>
internal sealed class PreparedObjects
{
    private readonly ConditionalWeakTable<Manifest, Entry> _entries = [];

    public DesiredObject? Find(Manifest manifest, string @namespace, Owner owner) =>
        _entries.TryGetValue(manifest, out var entry) && entry.Namespace == @namespace && entry.Owner == owner ? entry.Object : null;

    public void Add(Manifest manifest, string @namespace, Owner owner, DesiredObject desired) => _entries.AddOrUpdate(manifest, new Entry(@namespace, owner, desired));

    private sealed record Entry(string Namespace, Owner Owner, DesiredObject Object);
}
