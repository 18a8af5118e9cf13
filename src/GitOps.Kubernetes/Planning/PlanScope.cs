using System.Collections.Concurrent;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>What the steps of one planning share: the set, the cluster, and where findings go.</summary>
internal sealed class PlanScope
{
    private readonly List<Diagnostic> _told = [];
    private readonly ConcurrentBag<Diagnostic> _found = [];

    public PlanScope(Cluster cluster, ApplyRequest request, ILiveKnowledge? known)
    {
        Cluster = cluster;
        Request = request;
        Known = known;
        Client = cluster.Client.As(request.ServiceAccount);
        Owner = Owner.Of(request.UnitName, cluster.Options.InventoryNamespace);
        DryRun = new PatchOptions { FieldManager = cluster.Options.FieldManager, DryRun = true };
        Ignore = IgnoreRules.Compile(request.Ignore, _told);
    }

    public Cluster Cluster { get; }

    public ApplyRequest Request { get; }

    /// <summary>What a running watch knows; <see langword="null"/> when none runs.</summary>
    public ILiveKnowledge? Known { get; }

    /// <summary>The client as the unit's service account.</summary>
    public DynamicClient Client { get; }

    public Owner Owner { get; }

    public PatchOptions DryRun { get; }

    public IgnoreRules Ignore { get; }

    public string Manager => Cluster.Options.FieldManager;

    public string? User => Client.ImpersonatedUser;

    /// <summary>Whether a step that the next one builds upon has failed.</summary>
    public bool HasErrors => _told.Exists(d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>Adds what a step has to say, in its order; for steps that run one at a time.</summary>
    public void Tell(Diagnostic diagnostic) => _told.Add(diagnostic);

    /// <summary>Adds what was found about one object; safe from many threads.</summary>
    public void Find(Diagnostic diagnostic) => _found.Add(diagnostic);

    /// <summary>The object cannot be planned, for what the server says.</summary>
    public PlannedObject? Refuse(DesiredObject desired, ApiError error)
    {
        Find(Failures.Of(error, desired.Id, desired.Manifest.Origin, User));
        return null;
    }

    /// <summary>All that was said: what steps told, then what was found, by object.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics() =>
        [.. _told, .. _found.OrderBy(d => d.Resource ?? new ResourceId("", "", "", ""), ApplyOrder.Comparer).ThenBy(d => d.Message, StringComparer.Ordinal)];

    public KubernetesPlan Failed(Inventory inventory) => new(Request, [], Diagnostics(), [], inventory);
}
