using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>A submodule that was fetched: the store its objects are in, and the tree of the commit it is pinned to.</summary>
internal sealed record GitSubmodule(ObjectStore Store, ObjectId Root);
