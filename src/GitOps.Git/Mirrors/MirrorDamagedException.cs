namespace GitOps.Git;

/// <summary>A mirror does not hold what it should.</summary>
internal sealed class MirrorDamagedException(string message) : Exception(message);
