namespace GitOps.Helm;

/// <summary>Says that the host has a chart repository of this name.</summary>
internal sealed record KnownHelmRepository(string Name);
