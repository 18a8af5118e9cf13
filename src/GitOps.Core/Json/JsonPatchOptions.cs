namespace GitOps.Json;

/// <summary>Where the tools of the field differ from RFC 6902 and from each other.</summary>
internal sealed record JsonPatchOptions
{
    /// <summary>What kube-apiserver does: replacing a missing key adds it, copying one copies null, the root stays, negative list indexes count from the end.</summary>
    public static JsonPatchOptions ApiServer { get; } = new() { ReplaceMissingKey = true, CopyMissingKey = true, KeepRoot = true, NegativeIndexes = true };

    /// <summary>RFC 6902 to the letter.</summary>
    public static JsonPatchOptions Strict { get; } = new();

    /// <summary>Whether <c>replace</c> of a key that a map does not have adds it.</summary>
    public bool ReplaceMissingKey { get; init; }

    /// <summary>Whether <c>copy</c> of a key that a map does not have copies null.</summary>
    public bool CopyMissingKey { get; init; }

    /// <summary>Whether operations on the whole document fail.</summary>
    public bool KeepRoot { get; init; }

    /// <summary>Whether <c>-1</c> is the last item of a list.</summary>
    public bool NegativeIndexes { get; init; }

    /// <summary>Whether <c>add</c> makes the maps and lists that its path misses.</summary>
    public bool CreateMissingParents { get; init; }

    /// <summary>Whether <c>remove</c> of something that is not there does nothing.</summary>
    public bool IgnoreMissingOnRemove { get; init; }

    /// <summary>The most operations a patch may have; the API server's limit.</summary>
    public int MaxOperations { get; init; } = 10_000;

    /// <summary>The most nodes that <c>copy</c> operations may add together.</summary>
    public int MaxCopiedNodes { get; init; } = 1_000_000;
}
