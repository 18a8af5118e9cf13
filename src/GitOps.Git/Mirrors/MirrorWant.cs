namespace GitOps.Git;

/// <summary>One object that a mirror must have after a fetch.</summary>
/// <param name="Name">The reference that leads to it on the server; <see langword="null"/> to ask for the object itself.</param>
/// <param name="ObjectId">The object, in hex.</param>
/// <param name="IsRequired">Whether the fetch fails without it.</param>
internal sealed record MirrorWant(string? Name, string ObjectId, bool IsRequired = true);
