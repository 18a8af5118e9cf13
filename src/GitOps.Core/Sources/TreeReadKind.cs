namespace GitOps;

/// <summary>The kinds of look-up in a file tree.</summary>
public enum TreeReadKind
{
    /// <summary>Is there an entry, and of which kind.</summary>
    Find,

    /// <summary>Which names are in a directory.</summary>
    List,

    /// <summary>A file's bytes.</summary>
    Read,
}
