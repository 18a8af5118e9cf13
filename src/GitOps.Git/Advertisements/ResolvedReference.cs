namespace GitOps.Git;

/// <summary>What a source's reference leads to right now.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Name">The full name to fetch; <see langword="null"/> when only the commit is known.</param>
/// <param name="ObjectId">The object the name leads to: a commit or an annotated tag.</param>
internal sealed record ResolvedReference(Revision Revision, string? Name, string ObjectId);
