namespace GitOps.Json;

/// <summary>Limits and choices for reading JSON into an object tree.</summary>
internal sealed record JsonReadOptions
{
    public static JsonReadOptions Default { get; } = new();

    /// <summary>The most bytes a text may have.</summary>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The deepest nesting of maps and lists.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>The most nodes a text may hold.</summary>
    public int MaxNodes { get; init; } = 4_000_000;

    /// <summary>Whether nodes get line and column: off for the wire, on for files that people edit.</summary>
    public bool Positions { get; init; }

    /// <summary>The file's name, for errors.</summary>
    public string File { get; init; } = "";

    /// <summary>Told the path of every key that a map holds twice (<c>spec.replicas</c>); the last one wins, as in the API server.</summary>
    public Action<string>? OnDuplicateKey { get; init; }
}
