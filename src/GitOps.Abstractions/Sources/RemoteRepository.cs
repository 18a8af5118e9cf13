namespace GitOps;

/// <summary>A Git repository that is named by URL where a file or directory could stand.</summary>
/// <param name="Url">What to clone: <c>https://host/path</c>, <c>http://</c>, <c>ssh://</c>, <c>user@host:path</c> or <c>file:///path</c>.</param>
/// <param name="Reference">The branch, tag or commit; <see langword="null"/> for the repository's default branch.</param>
/// <param name="Submodules">Whether submodules are wanted too.</param>
/// <param name="Timeout">How long fetching may take.</param>
public sealed record RemoteRepository(string Url, string? Reference, bool Submodules, TimeSpan Timeout);
