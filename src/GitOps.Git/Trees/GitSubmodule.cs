using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>A submodule that was fetched: the mirror it is in, the commit it is pinned to, and the store and tree to show in its place.</summary>
internal sealed record GitSubmodule(GitMirror Mirror, Revision Revision, ObjectStore Store, ObjectId Root);
