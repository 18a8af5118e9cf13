namespace GitOps;

/// <summary>The state of a source at one moment.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="Kind">The kind of source.</param>
public sealed record SourceStatus(string Name, string Kind)
{
    /// <summary>The revision that is served; it stays the last good one while newer ones cannot be fetched.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Whether the newest probe and fetch went well.</summary>
    public Condition? Ready { get; init; }
}
