using System.Threading.Channels;

namespace GitOps.Testing;

/// <summary>The objects of one resource, their recent history, and who watches.</summary>
/// <remarks>Safe for many threads. Reads see whole objects; writers compare revisions, so work on an object needs no lock.</remarks>
internal sealed class ResourceStore
{
    private readonly Lock _lock = new();
    private readonly RevisionClock _clock;
    private readonly Dictionary<(string Namespace, string Name), StoredObject> _objects = [];
    private readonly Queue<Change> _history = new();
    private readonly int _historyLimit;
    private readonly List<Channel<Change>> _watchers = [];
    private long _floor;

    public ResourceStore(RevisionClock clock, int historyLimit)
    {
        _clock = clock;
        _historyLimit = historyLimit;
        _floor = clock.Current;
    }

    /// <summary>Told of every change, in order, while the store's lock is held: must be quick and must not call back.</summary>
    public Action<Change>? Changed { get; set; }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    public StoredObject? Find(string ns, string name)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault((ns, name));
        }
    }

    /// <summary>All objects in key order, and the revision they were read at.</summary>
    public StoredObject[] List(string ns, out long revision)
    {
        StoredObject[] items;
        lock (_lock)
        {
            revision = _clock.Current;
            items = ns.Length == 0 ? [.. _objects.Values] : [.. _objects.Values.Where(o => string.Equals(o.Namespace, ns, StringComparison.Ordinal))];
        }

        Array.Sort(items, static (a, b) =>
        {
            var order = string.CompareOrdinal(a.Namespace, b.Namespace);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        });
        return items;
    }

    /// <summary>Creates an object; <see langword="null"/> when the key is taken.</summary>
    public StoredObject? Create(MapNode root)
    {
        lock (_lock)
        {
            var key = KeyOf(root);
            if (_objects.ContainsKey(key))
            {
                return null;
            }

            var stored = Stamp(root, _clock.Next());
            _objects.Add(key, stored);
            Publish(new Change(ChangeKind.Added, stored.Revision, stored, null));
            return stored;
        }
    }

    /// <summary>Replaces an object if it still has the revision it was read at; <see langword="null"/> when it moved.</summary>
    public StoredObject? Replace(StoredObject read, MapNode root)
    {
        lock (_lock)
        {
            var key = (read.Namespace, read.Name);
            if (!_objects.TryGetValue(key, out var current) || current.Revision != read.Revision)
            {
                return null;
            }

            var stored = Stamp(root, _clock.Next());
            _objects[key] = stored;
            Publish(new Change(ChangeKind.Modified, stored.Revision, stored, current));
            return stored;
        }
    }

    /// <summary>Deletes an object if it still has the revision it was read at; <see langword="null"/> when it moved.</summary>
    public StoredObject? Delete(StoredObject read)
    {
        lock (_lock)
        {
            var key = (read.Namespace, read.Name);
            if (!_objects.TryGetValue(key, out var current) || current.Revision != read.Revision)
            {
                return null;
            }

            var last = Stamp(current.Root, _clock.Next());
            _objects.Remove(key);
            Publish(new Change(ChangeKind.Deleted, last.Revision, last, current));
            return last;
        }
    }

    /// <summary>Starts a watch.</summary>
    /// <param name="since">The revision to start after; <see langword="null"/> for now.</param>
    /// <param name="initial">The present objects, when <paramref name="since"/> is <see langword="null"/>.</param>
    /// <param name="revision">The revision the watch starts at.</param>
    /// <returns>The changes to come.</returns>
    /// <exception cref="ApiException">The revision is no longer in the history.</exception>
    public Channel<Change> Watch(long? since, out StoredObject[] initial, out long revision)
    {
        // A watcher that does not read is cut off rather than allowed to hold the history in memory.
        var channel = Channel.CreateBounded<Change>(new BoundedChannelOptions(100_000) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        lock (_lock)
        {
            revision = _clock.Current;
            initial = [];
            if (since is { } start)
            {
                if (start < _floor)
                {
                    throw ApiException.Expired(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"too old resource version: {start} ({_floor})"));
                }

                foreach (var change in _history)
                {
                    if (change.Revision > start)
                    {
                        channel.Writer.TryWrite(change);
                    }
                }
            }
            else
            {
                initial = [.. _objects.Values];
            }

            _watchers.Add(channel);
        }

        return channel;
    }

    public void Unwatch(Channel<Change> channel)
    {
        lock (_lock)
        {
            _watchers.Remove(channel);
        }

        channel.Writer.TryComplete();
    }

    /// <summary>Forgets the history, as a compaction of etcd does: watches from older revisions get 410.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _history.Clear();
            _floor = _clock.Current;
        }
    }

    /// <summary>Ends all watches, as a restarting server does.</summary>
    public void DropWatches()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }

            _watchers.Clear();
        }
    }

    private static (string Namespace, string Name) KeyOf(MapNode root)
    {
        var metadata = root.GetMap("metadata");
        return (metadata?.GetString("namespace") ?? "", metadata?.GetString("name") ?? "");
    }

    private static StoredObject Stamp(MapNode root, long revision) => new(ObjectMeta.WithResourceVersion(root, revision), revision);

    private void Publish(Change change)
    {
        _history.Enqueue(change);
        if (_history.Count > _historyLimit)
        {
            _floor = _history.Dequeue().Revision;
        }

        for (var i = _watchers.Count - 1; i >= 0; i--)
        {
            if (!_watchers[i].Writer.TryWrite(change))
            {
                _watchers[i].Writer.TryComplete();
                _watchers.RemoveAt(i);
            }
        }

        Changed?.Invoke(change);
    }
}
