using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>One entry of a Git tree object.</summary>
internal readonly record struct GitEntry(string Name, GitEntryKind Kind, ObjectId Id);
