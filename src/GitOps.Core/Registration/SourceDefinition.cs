namespace GitOps;

/// <summary>A source and how often it is looked at.</summary>
public sealed record SourceDefinition
{
    /// <summary>Makes the source; called once, and only when <see cref="Errors"/> is empty.</summary>
    public required Func<ISource> Source { get; init; }

    /// <summary>How often the source is probed.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long one probe or fetch may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Mistakes in the source's options; reported together with all others.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}
