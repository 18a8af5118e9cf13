namespace GitOps;

/// <summary>What an entry of a file tree is.</summary>
public enum TreeEntryKind
{
    /// <summary>A file, or a symbolic link that leads to one inside the tree.</summary>
    File,

    /// <summary>A directory, or a symbolic link that leads to one inside the tree.</summary>
    Directory,

    /// <summary>A Git submodule that was not fetched.</summary>
    Submodule,

    /// <summary>A symbolic link that leads nowhere or outside the tree. It is listed, so that it need not be overlooked, and nothing is found or read through it.</summary>
    Link,
}
