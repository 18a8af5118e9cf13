namespace GitOps;

/// <summary>What is to be true in the cluster, and how it may be made so.</summary>
/// <param name="UnitName">The unit that owns the objects; it names the inventory.</param>
/// <param name="Manifests">The whole desired set.</param>
public sealed record ApplyRequest(string UnitName, IReadOnlyList<Manifest> Manifests)
{
    /// <summary>The revision the set was rendered from; <see langword="null"/> outside the engine.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Whether objects that left the set are deleted. Default <see langword="true"/>.</summary>
    public bool Prune { get; init; } = true;

    /// <summary>Whether a set may become empty while the inventory is not. Default <see langword="false"/>.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>Whether an object may be deleted and made anew when an immutable field changed. Default <see langword="false"/>.</summary>
    public bool RecreateOnImmutable { get; init; }

    /// <summary>Whether fields that other managers own are taken over. Default <see langword="true"/>, as Flux does.</summary>
    public bool ForceConflicts { get; init; } = true;

    /// <summary>Whether the wait for health includes this set, and how long one stage may wait for its objects (CRDs, namespaces). Default one minute.</summary>
    public TimeSpan StageTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The namespace for namespaced objects that name none; <see langword="null"/> for <c>default</c>.</summary>
    public string? DefaultNamespace { get; init; }

    /// <summary>The service account to act as, <c>namespace/name</c>; <see langword="null"/> for the host's own identity.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>The group of units whose lease the host must hold in order to write; empty for the group of those that name none. It matters only where hosts elect a leader.</summary>
    public string LeaseGroup { get; init; } = "";

    /// <summary>What runs around applying a set that is new or changed. An applier that does not run hooks says so by <see cref="IApplier.RunsHooks"/>.</summary>
    public IReadOnlyList<Hook> Hooks { get; init; } = [];

    /// <summary>
    /// Whether a plan that is refused because another unit owns an object says in the cluster that this unit wants it, so that the owner, once it gives the object up,
    /// hands it over instead of deleting it, also when another host runs it. Default <see langword="false"/>: planning writes nothing.
    /// </summary>
    public bool AnnounceTakeover { get; init; }

    /// <summary>Fields to leave alone in comparing and writing.</summary>
    public IReadOnlyList<IgnoreRule> Ignore { get; init; } = [];
}
