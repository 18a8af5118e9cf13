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

    /// <summary>Runs what may wait for a server for ever, on a thread that nobody else needs.</summary>
    public static Task<T> Start<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>The same, with nobody waiting for it.</summary>
    public static void Abandon(Action work) => Forget(Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default));

    /// <summary>Leaves a task to itself: nobody asks how it ended.</summary>
    public static void Forget(Task task) =>
        _ = task.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
