namespace GitOps.Core.Tests.Engine;

/// <summary>Holds whoever comes until the test opens it.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _opened.TrySetResult();

    /// <summary>Waits until somebody stands before the gate.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);

    public Task PassAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _opened.Task.WaitAsync(cancellationToken);
    }
}
