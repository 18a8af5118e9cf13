namespace GitOps.Engine;

/// <summary>Reports in the caller's thread, in order; <see cref="Progress{T}"/> would post to a pool and lose the order.</summary>
internal sealed class Progress(Action<ObjectChange> report) : IProgress<ObjectChange>
{
    public void Report(ObjectChange value) => report(value);
}
