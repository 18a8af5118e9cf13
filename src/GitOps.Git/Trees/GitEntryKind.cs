namespace GitOps.Git;

/// <summary>What an entry of a Git tree object is, before links are followed.</summary>
internal enum GitEntryKind
{
    File,
    Directory,
    Link,
    Submodule,
}
