using System.Collections.Concurrent;

namespace GitOps.Git;

/// <summary>Which operation a transport that libgit2 starts belongs to: the URL it gets names the mirror, and a mirror has one operation at a time.</summary>
internal static class NativeOperations
{
    private static readonly ConcurrentDictionary<string, GitOperation> Running = new(StringComparer.Ordinal);

    public static IDisposable Enter(string mirrorKey, GitOperation operation)
    {
        if (!Running.TryAdd(mirrorKey, operation))
        {
            throw new InvalidOperationException("The mirror has an operation already.");
        }

        return new Exit(mirrorKey);
    }

    /// <summary>Finds the operation of a URL such as <c>gitops-http://key/repository</c>.</summary>
    public static GitOperation Find(string url)
    {
        var key = new Uri(url).Host;
        return Running.TryGetValue(key, out var operation) ? operation : throw new InvalidOperationException($"No operation is under way for '{url}'.");
    }

    private sealed class Exit(string mirrorKey) : IDisposable
    {
        public void Dispose() => Running.TryRemove(mirrorKey, out _);
    }
}
