using static GitOps.Testing.Kits.SourceConformance;

namespace GitOps.Testing.Kits;

/// <summary>Checks that a custom <see cref="IApplier"/> keeps the promises that the engine relies on. Call it from a test of any framework.</summary>
public static class ApplierConformance
{
    private const string Unit = "gitops-conformance";

    /// <summary>Plans, applies, prunes and deletes two ConfigMaps.</summary>
    /// <param name="applier">The applier, on a cluster that may be written to.</param>
    /// <param name="ns">A namespace that exists and that the check may use.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ConformanceFailedException">A promise is not kept.</exception>
    public static async Task CheckAsync(IApplier applier, string ns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(applier);
        ArgumentException.ThrowIfNullOrEmpty(ns);
        var both = new ApplyRequest(Unit, [ConfigMap(ns, "one", "1"), ConfigMap(ns, "two", "1")]);
        await applier.DeleteAsync(Unit, cancellationToken).ConfigureAwait(false);

        var plan = await applier.PlanAsync(both, cancellationToken).ConfigureAwait(false);
        Require(plan.CanApply && plan.Changes.Count == 2 && plan.Changes.All(static c => c.Action == ChangeAction.Created), "a plan of two new objects must create both");
        var repeated = await applier.PlanAsync(both, cancellationToken).ConfigureAwait(false);
        Require(repeated.Changes.All(static c => c.Action == ChangeAction.Created), "planning must write nothing: the second plan must still create both objects");

        await ApplyAsync(applier, repeated, ChangeAction.Created, cancellationToken).ConfigureAwait(false);
        var unchanged = await applier.PlanAsync(both, cancellationToken).ConfigureAwait(false);
        Require(!unchanged.HasChanges, "a plan of what is applied already must have no changes");

        var changed = await applier.PlanAsync(new ApplyRequest(Unit, [ConfigMap(ns, "one", "2"), ConfigMap(ns, "two", "1")]), cancellationToken).ConfigureAwait(false);
        Require(Action(changed, "one") == ChangeAction.Configured && Action(changed, "two") is ChangeAction.Unchanged or null, "a plan must change what differs and nothing else");
        await ApplyAsync(applier, changed, ChangeAction.Configured, cancellationToken).ConfigureAwait(false);

        var pruned = await applier.PlanAsync(new ApplyRequest(Unit, [ConfigMap(ns, "one", "2")]), cancellationToken).ConfigureAwait(false);
        Require(Action(pruned, "two") == ChangeAction.Deleted, "a plan must delete what left the set");
        await ApplyAsync(applier, pruned, ChangeAction.Deleted, cancellationToken).ConfigureAwait(false);

        var empty = await applier.PlanAsync(new ApplyRequest(Unit, []), cancellationToken).ConfigureAwait(false);
        Require(!empty.CanApply, "going from some objects to none must need consent");

        var deleted = await applier.DeleteAsync(Unit, cancellationToken).ConfigureAwait(false);
        Require(deleted.Succeeded && deleted.Changes.Any(static c => c.Resource.Name == "one" && c.Action == ChangeAction.Deleted), "DeleteAsync must delete what the unit owns");
    }

    private static async Task ApplyAsync(IApplier applier, Plan plan, ChangeAction expected, CancellationToken cancellationToken)
    {
        var changes = await applier.ApplyAsync(plan, null, cancellationToken).ConfigureAwait(false);
        Require(changes.Succeeded, $"applying must succeed, but gave: {string.Join("; ", changes.Diagnostics.Select(static d => d.ToString()).Concat(changes.Changes.Where(static c => c.Error is not null).Select(static c => c.ToString())))}");
        Require(changes.Changes.Any(c => c.Action == expected), $"the change set must report the action {expected}");
    }

    private static ChangeAction? Action(Plan plan, string name) => plan.Changes.FirstOrDefault(c => c.Resource.Name == name)?.Action;

    private static Manifest ConfigMap(string ns, string name, string value)
    {
        var root = new MapNode();
        root.Set("apiVersion", "v1");
        root.Set("kind", "ConfigMap");
        var metadata = root.GetOrAddMap("metadata");
        metadata.Set("name", name);
        metadata.Set("namespace", ns);
        root.GetOrAddMap("data").Set("value", value);
        return new Manifest(root);
    }
}
