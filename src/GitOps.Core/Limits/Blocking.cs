namespace GitOps.Limits;

/// <summary>
/// Waits for work inside of calls that are synchronous by contract: a file tree, which renderers read like memory, and the callbacks of libgit2.
/// These run on a worker of the engine or on a thread of their own, and all work they wait for ends at a timeout or a cancellation.
/// </summary>
internal static class Blocking
{
    // The only place where a thread waits for a task; everywhere else it is banned.
#pragma warning disable RS0030
    public static void Wait(Task work) => work.GetAwaiter().GetResult();

    public static T Wait<T>(Task<T> work) => work.GetAwaiter().GetResult();

    public static T Wait<T>(ValueTask<T> work) => work.IsCompletedSuccessfully ? work.GetAwaiter().GetResult() : Wait(work.AsTask());
#pragma warning restore RS0030
}
