namespace GitOps.Git;

/// <summary>A commit or tag, taken apart for verification.</summary>
/// <param name="What">What it is, for messages.</param>
/// <param name="Payload">The bytes that were signed.</param>
/// <param name="Signature">The armored signature; <see langword="null"/> when it is unsigned.</param>
/// <param name="MadeAt">When it says it was made.</param>
internal sealed record SignedObject(string What, byte[] Payload, string? Signature, DateTimeOffset MadeAt);
