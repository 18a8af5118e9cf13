namespace GitOps;

/// <summary>Says that a package reads a subsection of the engine's configuration; one that nobody reads is reported as a mistake.</summary>
/// <param name="Name">The subsection's name.</param>
public sealed record KnownSubsection(string Name);
