using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Health;
using GitOps.Kubernetes.Planning;

namespace GitOps.Kubernetes.Hooks;

/// <summary>
/// Runs hooks as Helm 4 does: by weight, then name, each to its end before the next. Unlike Helm's, a run outlives the process:
/// what has succeeded for a set is not run again for it, and a Job that was under way is waited for instead of being started over.
/// </summary>
internal sealed class HookRunner
{
    private static readonly ApiResource s_pods = new("", "v1", "Pod", "pods", true);

    private readonly Cluster _cluster;
    private readonly KubernetesPlan _plan;
    private readonly HookRun _run;
    private readonly TimeSpan _timeout;
    private readonly IProgress<ObjectChange>? _progress;
    private readonly DynamicClient _client;
    private readonly PatchOptions _write;
    private readonly List<ObjectChange> _changes = [];
    private readonly List<Diagnostic> _diagnostics = [];

    public HookRunner(Cluster cluster, KubernetesPlan plan, HookRun run, TimeSpan timeout, IProgress<ObjectChange>? progress)
    {
        (_cluster, _plan, _run, _timeout, _progress) = (cluster, plan, run, timeout, progress);
        _client = cluster.Client.As(plan.Request.ServiceAccount);
        _write = new PatchOptions { FieldManager = cluster.Options.FieldManager };
    }

    public async ValueTask<ChangeSet> RunAsync(HookPhase phase, CancellationToken cancellationToken)
    {
        if (await RunPhaseAsync([.. _run.Hooks.Where(h => h.Phase == phase)], cancellationToken).ConfigureAwait(false) && phase == HookPhase.After)
        {
            await RecordAsync(_run.Record with { IsDone = true }, cancellationToken).ConfigureAwait(false);
        }

        return new ChangeSet(_changes, _diagnostics);
    }

    private async ValueTask<bool> RunPhaseAsync(IReadOnlyList<DueHook> hooks, CancellationToken cancellationToken)
    {
        if (!_run.IsStored && !await RecordAsync(_run.Record, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        for (var i = 0; i < hooks.Count; i++)
        {
            if (_run.HasRun(hooks[i]))
            {
                continue;
            }

            if (await ExecuteAsync(hooks[i], cancellationToken).ConfigureAwait(false) is { } failure)
            {
                Report(new ObjectChange(hooks[i].Object.Id, ChangeAction.Ran, failure));
                await CleanUpAsync(hooks[i], HookDeletion.Failed, cancellationToken).ConfigureAwait(false);
                await CleanUpAsync(hooks.Take(i), cancellationToken).ConfigureAwait(false);
                return false;
            }

            Report(new ObjectChange(hooks[i].Object.Id, ChangeAction.Ran));
            if (!await RecordAsync(_run.Record with { Ran = [.. _run.Record.Ran, hooks[i].Key] }, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        await CleanUpAsync(hooks, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> RecordAsync(ReleaseRecord record, CancellationToken cancellationToken)
    {
        _run.Record = record;
        _run.IsStored = false;
        if (await _cluster.Releases.SaveAsync(_plan.Request.UnitName, record, cancellationToken).ConfigureAwait(false) is { } error)
        {
            _diagnostics.Add(Failures.General(error, "The release record of the unit cannot be written", null));
            return false;
        }

        _run.IsStored = true;
        return true;
    }

    /// <returns>Why it failed; <see langword="null"/> when it succeeded.</returns>
    private async ValueTask<Diagnostic?> ExecuteAsync(DueHook hook, CancellationToken cancellationToken)
    {
        var (id, resource) = (hook.Object.Id, hook.Object.Resource);
        var found = await _client.GetAsync(resource, id.Namespace, id.Name, cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded && !found.Error.IsNotFound)
        {
            return Failure(hook, found.Error);
        }

        if (!found.Succeeded || !IsUnderWay(hook, found.Body))
        {
            if (found.Succeeded && await MakeRoomAsync(hook, found.Body, cancellationToken).ConfigureAwait(false) is { } blocked)
            {
                return blocked;
            }

            var applied = await _client.PatchAsync(resource, id.Namespace, id.Name, PatchKind.Apply, Body(hook), _write, cancellationToken).ConfigureAwait(false);
            if (!applied.Succeeded)
            {
                return Failure(hook, applied.Error);
            }
        }

        return await WaitAsync(hook, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A run that was cut off has left its object behind: it is the same run when it bears the same mark.</summary>
    private bool IsUnderWay(DueHook hook, MapNode live) =>
        live.GetMap("metadata")?.GetMap("annotations")?.GetString(Keys.HookRun) == Mark(hook)
        && live.GetMap("metadata")?["deletionTimestamp"] is null
        && HookState.Of(live).Outcome != HookOutcome.Failed;

    private string Mark(DueHook hook) => $"{_run.Record.Digest}-{hook.Phase.ToString().ToLowerInvariant()}";

    private byte[] Body(DueHook hook)
    {
        var root = hook.Object.ReadRoot();
        root.GetOrAddMap("metadata").GetOrAddMap("annotations").Set(Keys.HookRun, Mark(hook));
        return JsonTreeWriter.Write(root);
    }

    /// <summary>Deletes what an earlier run left, by the hook's policy.</summary>
    private async ValueTask<Diagnostic?> MakeRoomAsync(DueHook hook, MapNode live, CancellationToken cancellationToken)
    {
        if (!hook.Hook.Deletion.HasFlag(HookDeletion.BeforeCreation) || IsDefinition(hook))
        {
            return null;
        }

        var metadata = live.GetMap("metadata");
        if (Owner.Read(live) is { } owner)
        {
            return Failure(hook, Reasons.Conflict, $"an object of this name exists and belongs to {owner}: it is not deleted; rename one of them");
        }

        if (metadata?.GetMap("annotations") is not { } annotations || (annotations.GetString(Keys.HookRun) is null && annotations.GetString(Keys.HelmHook) is null))
        {
            return Failure(hook, Reasons.Conflict, "an object of this name exists that is no hook: it is not deleted; delete it by hand or rename the hook");
        }

        return await DeleteAsync(hook, metadata.GetString("uid") ?? "", cancellationToken).ConfigureAwait(false) is { } problem
            ? Failure(hook, Reasons.HookFailed, $"what its last run left cannot be deleted: {problem}")
            : null;
    }

    /// <returns>Why it is still there; <see langword="null"/> when it is gone.</returns>
    private async ValueTask<string?> DeleteAsync(DueHook hook, string uid, CancellationToken cancellationToken)
    {
        var (id, resource) = (hook.Object.Id, hook.Object.Resource);
        var deleted = await _client.DeleteAsync(resource, id.Namespace, id.Name, new DeleteOptions { Uid = uid }, cancellationToken).ConfigureAwait(false);
        if (!deleted.Succeeded)
        {
            return deleted.Error.IsNotFound ? null : Failures.Explain(deleted.Error, _client.ImpersonatedUser);
        }

        var held = await GoneWait.RunAsync(_client, resource, id, uid, _timeout, _cluster.Time, cancellationToken).ConfigureAwait(false);
        return held is null ? null : $"it is still there after {_timeout}{held}";
    }

    private async ValueTask<Diagnostic?> WaitAsync(DueHook hook, CancellationToken cancellationToken)
    {
        HookState? end = null;
        MapNode? last = null;
        var waiting = await ReadyWait.RunAsync(_client, hook.Object.Resource, hook.Object.Id, _timeout, _cluster.Time, Judge, cancellationToken).ConfigureAwait(false);
        if (end is { Outcome: HookOutcome.Succeeded })
        {
            return null;
        }

        var cause = last is null ? "" : await PodCauseAsync(hook, last, cancellationToken).ConfigureAwait(false);
        return Failure(hook, Reasons.HookFailed, end is { } failed ? $"it failed: {failed.Message}{cause}" : $"it has not ended after {_timeout}: {waiting}{cause}");

        (bool Ends, string Why)? Judge(MapNode? live)
        {
            last = live ?? last;
            var state = live is null ? new HookState(HookOutcome.Failed, "it was deleted while it ran") : HookState.Of(live);
            end = state.Outcome == HookOutcome.Running ? null : state;
            return (end is not null, state.Message);
        }
    }

    private async ValueTask<string> PodCauseAsync(DueHook hook, MapNode live, CancellationToken cancellationToken)
    {
        if (PodCauses.SelectorOf(live) is not { } selector)
        {
            return "";
        }

        List<string> causes = [];
        await _client.ListAsync(s_pods, new ListOptions { Namespace = hook.Object.Id.Namespace, LabelSelector = selector }, pod =>
        {
            if (PodCauses.CauseOf(pod) is { } cause)
            {
                causes.Add(cause);
            }
        }, cancellationToken).ConfigureAwait(false);
        return causes.Count == 0 ? "" : $"; {causes[0]}";
    }

    private async ValueTask CleanUpAsync(IEnumerable<DueHook> hooks, CancellationToken cancellationToken)
    {
        foreach (var hook in hooks.Reverse())
        {
            await CleanUpAsync(hook, HookDeletion.Succeeded, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask CleanUpAsync(DueHook hook, HookDeletion policy, CancellationToken cancellationToken)
    {
        if (!hook.Hook.Deletion.HasFlag(policy) || IsDefinition(hook))
        {
            return;
        }

        var live = await _client.GetAsync(hook.Object.Resource, hook.Object.Id.Namespace, hook.Object.Id.Name, cancellationToken).ConfigureAwait(false);
        if (!live.Succeeded || live.Body.GetMap("metadata") is not { } metadata || metadata.GetMap("annotations")?.GetString(Keys.HookRun) != Mark(hook))
        {
            // Gone already, or not of this run.
            return;
        }

        if (await DeleteAsync(hook, metadata.GetString("uid") ?? "", cancellationToken).ConfigureAwait(false) is { } problem)
        {
            _diagnostics.Add(Diagnostic.Warning(Reasons.PruneFailed, $"The hook has run and should be deleted: {problem}.", hook.Hook.Manifest.Origin, hook.Object.Id));
        }
    }

    private static bool IsDefinition(DueHook hook) => hook.Object.Id is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" };

    private Diagnostic Failure(DueHook hook, ApiError error) => Failure(hook, Failures.ReasonOf(error), Failures.Explain(error, _client.ImpersonatedUser));

    private static Diagnostic Failure(DueHook hook, string reason, string why) =>
        Diagnostic.Error(reason, $"The {hook.Moment} hook has not run: {why}.", hook.Hook.Manifest.Origin, hook.Object.Id);

    private void Report(ObjectChange change)
    {
        _changes.Add(change);
        _progress?.Report(change);
    }
}
