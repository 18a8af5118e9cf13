namespace GitOps.Kubernetes.Client;

/// <summary>What a watch tells.</summary>
internal enum WatchEventKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,

    /// <summary>A full list begins: what is not seen again before <see cref="Synced"/> is gone. Made by us, not by the server.</summary>
    Relisting,

    /// <summary>The list is complete. Made by us, not by the server.</summary>
    Synced,
}

/// <summary>One event of a watch.</summary>
internal readonly record struct WatchEvent(WatchEventKind Kind, MapNode? Object, ApiError? Error = null);
