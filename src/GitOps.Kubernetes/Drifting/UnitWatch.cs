using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GitOps.Kubernetes.Applying;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Kubernetes.Drifting;

/// <summary>
/// What is known of one unit's live objects while its watch runs: a hash per object. It answers plans without a request,
/// and an object whose owned state left the one that was applied is drift.
/// </summary>
internal sealed class UnitWatch : ILiveKnowledge
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Cluster _cluster;
    private readonly IgnoreRules _ignore;
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceId, LiveState> _states = [];
    private readonly Dictionary<ResourceId, MapNode?> _pending = [];
    private readonly HashSet<KindWatch> _unsynced = [];
    private readonly Dictionary<KindWatch, ApiError> _refused = [];
    private readonly ObjectDriftDamper _damper;
    private readonly Dictionary<WatchKey, ApiError> _unwatchable = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Inventory? _inventory;
    private Dictionary<ResourceId, DesiredObject> _desired;
    private int _applying;
    private bool _joined;

    public UnitWatch(Cluster cluster, DynamicClient client, Owner owner, IgnoreRules ignore, IEnumerable<DesiredObject> desired, Inventory inventory)
    {
        (_cluster, Client, Owner, _ignore, _inventory) = (cluster, client, owner, ignore, inventory);
        _desired = desired.ToDictionary(d => d.Id);
        _damper = new ObjectDriftDamper(cluster.Time);
    }

    public Owner Owner { get; }

    /// <summary>The client that acts as the unit does.</summary>
    public DynamicClient Client { get; }

    /// <summary>Completes when every kind of the unit has been told for the first time or turned out not to be watchable.</summary>
    public Task Settled => _settled.Task;

    /// <summary>What the unit's identity may not watch, and why. Drift there is only found by plans.</summary>
    public IReadOnlyList<(WatchKey Key, ApiError Error)> Unwatchable
    {
        get
        {
            lock (_lock)
            {
                return [.. _unwatchable.OrderBy(u => u.Key.Resource.ToString(), StringComparer.Ordinal).ThenBy(u => u.Key.Namespace, StringComparer.Ordinal).Select(u => (u.Key, u.Value))];
            }
        }
    }

    /// <summary>The same for people: who relies on drift being corrected at once must be told where it is not.</summary>
    public IReadOnlyList<Diagnostic> Findings() => [.. Unwatchable.Select(u => Diagnostic.Warning(Reasons.Forbidden,
        $"Drift of {u.Key.Resource} {(u.Key.Namespace.Length == 0 ? "" : $"in {u.Key.Namespace} ")}is only found when the unit is reconciled: it cannot be watched, {Failures.Explain(u.Error, Client.ImpersonatedUser)}."))];

    /// <summary>Whether the watches have told everything; before that nothing can be concluded from what is not there.</summary>
    public bool IsSynced
    {
        get
        {
            lock (_lock)
            {
                return _joined && _unsynced.Count == 0 && _refused.Count == 0 && _unwatchable.Count == 0 && _inventory is not null;
            }
        }
    }

    public Inventory? Inventory
    {
        get
        {
            lock (_lock)
            {
                return _inventory;
            }
        }
    }

    public LiveState? Find(ResourceId id)
    {
        lock (_lock)
        {
            return _states.GetValueOrDefault(id);
        }
    }

    public IReadOnlyList<string> IgnoredFor(ResourceId id) => _ignore.PathsFor(id);

    // --- Told by the watches ---

    public void Expect(KindWatch watch)
    {
        lock (_lock)
        {
            _unsynced.Add(watch);
        }
    }

    public void Known(KindWatch watch, LiveState state)
    {
        lock (_lock)
        {
            // Its hash was made without this unit's ignore rules: with such rules it is no knowledge.
            if (_ignore.PathsFor(state.Id).Count == 0)
            {
                _states[state.Id] = state;
            }

            Judge(state);
        }
    }

    public void Changed(LiveState state)
    {
        lock (_lock)
        {
            if (_states.TryGetValue(state.Id, out var known) && IsOlder(state.ResourceVersion, known.ResourceVersion))
            {
                return;
            }

            _states[state.Id] = state with { Root = null };
            Judge(state);
        }
    }

    public void Lost(ResourceId id)
    {
        lock (_lock)
        {
            _states.Remove(id);
            if (_applying == 0 && IsWanted(id))
            {
                Enqueue(id, null);
            }
        }
    }

    public void Synced(KindWatch watch)
    {
        lock (_lock)
        {
            _unsynced.Remove(watch);
            _refused.Remove(watch);
            FindMissing();
            Settle();
        }

        _signal.Writer.TryWrite(true);
    }

    public void Failed(KindWatch watch, ApiError error)
    {
        lock (_lock)
        {
            if (ObjectWatch.IsFinal(error))
            {
                _refused[watch] = error;
            }
        }

        _signal.Writer.TryWrite(true);
    }

    // --- Told by applies ---

    /// <summary>An apply of the unit begins: what changes from now on is most likely our own doing.</summary>
    public void BeginApply()
    {
        lock (_lock)
        {
            _applying++;
        }
    }

    /// <summary>The inventory was written outside an apply; what is expected of the objects stays.</summary>
    public void Remember(Inventory inventory)
    {
        lock (_lock)
        {
            _inventory = inventory;
        }
    }

    /// <summary>An apply has ended; what it wrote is the new expectation.</summary>
    public void EndApply(Inventory? inventory, IEnumerable<LiveState> written, IEnumerable<DesiredObject> desired)
    {
        lock (_lock)
        {
            _applying--;
            _inventory = inventory;
            _desired = desired.ToDictionary(d => d.Id);
            foreach (var state in written)
            {
                if (!_states.TryGetValue(state.Id, out var known) || IsOlder(known.ResourceVersion, state.ResourceVersion))
                {
                    _states[state.Id] = state;
                }

                _pending.Remove(state.Id);
            }

            // Whoever wrote during the apply is judged now.
            foreach (var id in _desired.Keys)
            {
                if (_states.TryGetValue(id, out var state))
                {
                    Judge(state);
                }
                else if (IsWanted(id) && IsWatched(id))
                {
                    Enqueue(id, null);
                }
            }
        }
    }

    /// <summary>The drift, as it is seen, until it is cancelled.</summary>
    public async IAsyncEnumerable<Drift> RunAsync(IReadOnlyList<(ApiResource Resource, string Namespace)> scopes, IProgress<IReadOnlyList<Diagnostic>>? unwatched, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<KindWatch> watches = [];
        _cluster.Watches.Register(this);
        try
        {
            foreach (var resource in scopes.Select(s => s.Resource).Distinct())
            {
                watches.Add(_cluster.Watches.Join(this, resource, ""));
            }

            lock (_lock)
            {
                _joined = true;
                FindMissing();
                Settle();
            }

            var told = -1;
            _signal.Writer.TryWrite(true);
            while (true)
            {
                await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                Narrow(watches, scopes);

                // What was refused once is not tried again while this watch runs, so the list only grows.
                if (_settled.Task.IsCompleted && Findings() is var findings && findings.Count != told)
                {
                    told = findings.Count;
                    unwatched?.Report(findings);
                }

                foreach (var (id, root) in TakePending())
                {
                    if (await ExplainAsync(id, root, cancellationToken).ConfigureAwait(false) is not { } drift)
                    {
                        continue;
                    }

                    if (_damper.Delay(id) is { } wait)
                    {
                        // Two writers that undo each other would go on for ever at full speed.
                        _ = RequeueAsync(id, wait, cancellationToken);
                        continue;
                    }

                    yield return drift;
                }
            }
        }
        finally
        {
            _cluster.Watches.Leave(this, watches);
        }
    }

    /// <summary>What was deleted before the watch began is drift too: once all watches have told what there is, the rest is missing.</summary>
    private void FindMissing()
    {
        if (!_joined || _unsynced.Count > 0 || _refused.Count > 0 || _applying > 0)
        {
            return;
        }

        foreach (var id in _desired.Keys.Where(id => !_states.ContainsKey(id) && IsWanted(id) && IsWatched(id)))
        {
            Enqueue(id, null);
        }
    }

    /// <summary>Where the whole cluster may not be watched, the unit's namespaces are watched one by one; what is refused there too is left to plans.</summary>
    private void Narrow(List<KindWatch> watches, IReadOnlyList<(ApiResource Resource, string Namespace)> scopes)
    {
        List<(KindWatch Watch, ApiError Error)> refused;
        lock (_lock)
        {
            refused = [.. _refused.Select(r => (r.Key, r.Value))];
        }

        foreach (var (watch, error) in refused)
        {
            watches.Remove(watch);
            _cluster.Watches.Leave(this, watch);
            List<KindWatch> narrower = [];
            if (error.IsForbidden && watch.Key is { Namespace.Length: 0, Resource.Namespaced: true })
            {
                foreach (var (resource, @namespace) in scopes.Where(s => s.Resource == watch.Key.Resource).Distinct())
                {
                    narrower.Add(_cluster.Watches.Join(this, resource, @namespace));
                }
            }

            watches.AddRange(narrower);
            lock (_lock)
            {
                _refused.Remove(watch);
                _unsynced.Remove(watch);
                if (narrower.Count == 0)
                {
                    _unwatchable[watch.Key] = error;
                    UnitWatchLog.Unwatchable(_cluster.Logger, Owner.Unit, watch.Key.Resource.ToString(), watch.Key.Namespace.Length == 0 ? "the cluster" : watch.Key.Namespace, Failures.Explain(error, Client.ImpersonatedUser));
                }

                FindMissing();
                Settle();
            }
        }
    }

    private void Settle()
    {
        if (_joined && _unsynced.Count == 0 && _refused.Count == 0)
        {
            _settled.TrySetResult();
        }
    }

    private List<(ResourceId, MapNode?)> TakePending()
    {
        lock (_lock)
        {
            if (_applying > 0)
            {
                return [];
            }

            List<(ResourceId, MapNode?)> taken = [.. _pending.Select(p => (p.Key, p.Value))];
            _pending.Clear();
            return taken;
        }
    }

    private async ValueTask<Drift?> ExplainAsync(ResourceId id, MapNode? root, CancellationToken cancellationToken)
    {
        DesiredObject? desired;
        lock (_lock)
        {
            if (!_desired.TryGetValue(id, out desired) || !IsWanted(id))
            {
                return null;
            }
        }

        if (root is null)
        {
            // Gone from the watch: gone, or without our labels.
            var result = await Client.GetAsync(desired.Resource, id.Namespace, id.Name, cancellationToken).ConfigureAwait(false);
            if (result.Error is { IsNotFound: true })
            {
                return new Drift(id, [], true);
            }

            if (!result.Succeeded)
            {
                // Not known is not unchanged: it is asked again.
                _ = RequeueAsync(id, s_retry, cancellationToken);
                return null;
            }

            root = result.Body;
        }

        if (root.GetMap("metadata")?.GetString("deletionTimestamp") is not null)
        {
            return null;
        }

        var type = await _cluster.Schemas.FindAsync(desired.Resource, cancellationToken).ConfigureAwait(false);
        var (fields, manager, time) = OwnedDiff.Compare(desired.ReadRoot(), root, type, _cluster.Options.FieldManager, _ignore.PathsFor(id));

        // Nothing of ours differs: what was seen was older than our last write.
        return fields.Count == 0 ? null : new Drift(id, fields, false) { Manager = manager, Time = time };
    }

    private async Task RequeueAsync(ResourceId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, _cluster.Time, cancellationToken).ConfigureAwait(false);
            lock (_lock)
            {
                Enqueue(id, null);
            }
        }
        catch (OperationCanceledException)
        {
            // The watch has ended, and with it the interest.
        }
    }

    private void Judge(LiveState state)
    {
        if (_applying > 0 || !IsWanted(state.Id) || state.IsTerminating || state.Policy.BlocksApply)
        {
            return;
        }

        // Without a record of what was applied there is nothing to compare with; the next plan will tell.
        if (_inventory?.Entries.GetValueOrDefault(state.Id) is { LiveHash.Length: > 0 } entry && entry.LiveHash != state.OwnedHash)
        {
            Enqueue(state.Id, state.Root);
        }
        else
        {
            _pending.Remove(state.Id);
        }
    }

    private bool IsWanted(ResourceId id) => _inventory?.Entries.ContainsKey(id) == true && _desired.TryGetValue(id, out var desired) && !desired.Policy.BlocksApply && !desired.Policy.IfNotPresent;

    /// <summary>What is not watched was not seen, and that means nothing.</summary>
    private bool IsWatched(ResourceId id) => !_unwatchable.Keys.Any(k => k.Resource.GroupKind == id.GroupKind && (k.Namespace.Length == 0 || k.Namespace == id.Namespace));

    private void Enqueue(ResourceId id, MapNode? root)
    {
        _pending[id] = root;
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Resource versions are opaque by contract and numbers in fact; where they are not, the later news wins.</summary>
    private static bool IsOlder(string version, string than) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var a) && ulong.TryParse(than, NumberStyles.None, CultureInfo.InvariantCulture, out var b) && a < b;
}
