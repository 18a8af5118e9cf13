namespace GitOps.Testing;

/// <summary>The one counter that orders all writes, as etcd's revision does.</summary>
internal sealed class RevisionClock
{
    // A fresh real server has made thousands of writes of its own; clients take small numbers for "too old".
    private long _current = 2000;

    public long Current => Interlocked.Read(ref _current);

    public long Next() => Interlocked.Increment(ref _current);
}
