using System.Security.Cryptography;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Hooks;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Planning;

/// <summary>The hooks of a plan: which are due, and whether the server would take them.</summary>
internal sealed class HookPlanning
{
    private readonly PlanScope _scope;
    private readonly SetMapping _mapping;
    private readonly StandIn _standIn;

    public HookPlanning(PlanScope scope, SetMapping mapping)
    {
        _scope = scope;
        _mapping = mapping;
        _standIn = new StandIn(scope);
    }

    public async ValueTask<HookRun?> RunAsync(List<DesiredObject> desired, List<PlannedObject> planned, Inventory inventory, CancellationToken cancellationToken)
    {
        if (_scope.Request.Hooks.Count == 0)
        {
            return null;
        }

        var digest = Digest(desired);
        if (_scope.Known is not null && _scope.Cluster.Releases.WasDone(_scope.Request.UnitName, digest))
        {
            return null;
        }

        var (record, error) = await _scope.Cluster.Releases.LoadAsync(_scope.Request.UnitName, cancellationToken).ConfigureAwait(false);
        if (error is not null)
        {
            _scope.Tell(Failures.General(error, "The release record of the unit cannot be read", null));
            return null;
        }

        if (record is { IsDone: true } && record.Digest == digest)
        {
            return null;
        }

        // What began as an installation stays one until it was completed, whatever becomes of the set meanwhile.
        var isInstall = record is null ? inventory.Entries.Count == 0 : record is { IsDone: false, IsInstall: true };
        var isSame = record is not null && record.Digest == digest && record.IsInstall == isInstall;
        var due = await MapHooksAsync(isInstall, cancellationToken).ConfigureAwait(false);
        var newNamespaces = planned.Where(p => p is { Action: ChangeAction.Created, Id: { Group: "", Kind: "Namespace" } }).Select(p => p.Id.Name).ToHashSet(StringComparer.Ordinal);
        var run = new HookRun(isSame ? record! : ReleaseRecord.Begin(digest, isInstall), isSame, due);
        foreach (var hook in due.Where(h => !run.HasRun(h)).DistinctBy(h => h.Object.Id))
        {
            await CheckHookAsync(hook, newNamespaces, cancellationToken).ConfigureAwait(false);
        }

        return run;
    }

    private async ValueTask<IReadOnlyList<DueHook>> MapHooksAsync(bool isInstall, CancellationToken cancellationToken)
    {
        var (before, after) = isInstall ? (HookMoments.PreInstall, HookMoments.PostInstall) : (HookMoments.PreUpgrade, HookMoments.PostUpgrade);
        var definitions = _mapping.CollectDefinitions();
        HashSet<(string, string)> unknown = [];
        List<DueHook> due = [];
        foreach (var hook in _scope.Request.Hooks.Where(h => (h.Moments & (before | after)) != HookMoments.None).OrderBy(h => h.Weight).ThenBy(h => h.Manifest.Id.Name, StringComparer.Ordinal))
        {
            var (resource, definition) = await _mapping.ResolveAsync(hook.Manifest, definitions, unknown, cancellationToken).ConfigureAwait(false);
            if (_mapping.IsUnreachable)
            {
                return [];
            }

            if (resource is null)
            {
                continue;
            }

            // No owner's labels: a hook is none of the unit's objects.
            var @namespace = _mapping.NamespaceOf(hook.Manifest, resource);
            var root = Normalization.Prepare(hook.Manifest, @namespace, owner: null);
            var body = JsonTreeWriter.Write(root);
            var prepared = new DesiredObject(hook.Manifest, hook.Manifest.Id with { Namespace = @namespace }, resource, body, Normalization.Hash(body), ObjectPolicy.Read(root)) { PendingDefinition = definition };
            if (hook.Moments.HasFlag(before))
            {
                due.Add(new DueHook(hook, prepared, HookPhase.Before, isInstall ? "pre-install" : "pre-upgrade"));
            }

            if (hook.Moments.HasFlag(after))
            {
                due.Add(new DueHook(hook, prepared, HookPhase.After, isInstall ? "post-install" : "post-upgrade"));
            }
        }

        return [.. due.OrderBy(h => h.Phase)];
    }

    /// <summary>Nothing may be written before it is known that the server would take the hooks too.</summary>
    private async ValueTask CheckHookAsync(DueHook hook, HashSet<string> newNamespaces, CancellationToken cancellationToken)
    {
        var prepared = hook.Object;
        if (prepared.PendingDefinition is { } definition)
        {
            if (hook.Phase == HookPhase.Before)
            {
                _scope.Find(Diagnostic.Error(Reasons.ValidationFailed, $"The {hook.Moment} hook is of a kind that only the set itself defines, and it runs before the set is applied: apply the CustomResourceDefinition beforehand.", prepared.Manifest.Origin, prepared.Id));
            }
            else
            {
                _standIn.CheckAgainstDefinition(prepared, definition);
            }

            return;
        }

        var isPending = newNamespaces.Contains(prepared.Id.Namespace);
        if (isPending && hook.Phase == HookPhase.Before)
        {
            _scope.Find(Diagnostic.Error(Reasons.ValidationFailed, $"The {hook.Moment} hook runs before the set is applied, and only the set makes its namespace {prepared.Id.Namespace}: make the namespace beforehand.", prepared.Manifest.Origin, prepared.Id));
            return;
        }

        // Under another name: what an earlier run left is deleted first, so its immutable fields do not count.
        var (name, result) = await _standIn.ProbeAsync(prepared, isPending ? "default" : prepared.Id.Namespace, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded && (!isPending || result.Error.StatusCode is 400 or 422))
        {
            _scope.Refuse(prepared, StandIn.Rename(result.Error, name, prepared.Id.Name));
        }
    }

    /// <summary>What tells one set and its hooks from another.</summary>
    private string Digest(List<DesiredObject> desired)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in desired)
        {
            Add($"{item.Id} {item.Hash}\n");
        }

        foreach (var hook in _scope.Request.Hooks.OrderBy(h => h.Manifest.Id.ToString(), StringComparer.Ordinal))
        {
            Add($"{hook.Manifest.Id} {hook.Moments} {hook.Weight} {Normalization.Hash(JsonTreeWriter.Write(hook.Manifest.Root))}\n");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));

        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line));
    }
}
