namespace GitOps;

/// <summary>Says that a package reads a subsection of the engine's configuration; one that nobody reads is reported as a mistake.</summary>
/// <param name="Name">The subsection's name.</param>
public sealed record KnownSubsection(string Name)
{
    /// <summary>Adds a source or unit that stands in the subsection, by its name; <see langword="null"/> when the subsection holds no named items.</summary>
    public Action<IGitOpsBuilder, string>? Add { get; init; }
}
