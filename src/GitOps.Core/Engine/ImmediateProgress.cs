namespace GitOps.Engine;

/// <summary>Reports in the caller's thread, in order; <see cref="Progress{T}"/> would post to a pool and lose the order.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
