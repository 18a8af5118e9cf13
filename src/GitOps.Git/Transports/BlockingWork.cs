namespace GitOps.Git;

/// <summary>Runs libgit2's blocking calls on threads of their own, a bounded number at a time, so that a slow server never starves the thread pool.</summary>
internal static class BlockingWork
{
    private const int MaxThreads = 16;

    private static readonly SemaphoreSlim Slots = new(MaxThreads, MaxThreads);

    public static async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await Slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            Slots.Release();
        }
    }
}
