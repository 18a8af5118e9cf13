namespace GitOps.Yaml;

/// <summary>How YAML is read, and how much of it.</summary>
public sealed record YamlReaderOptions
{
    /// <summary>The defaults.</summary>
    public static YamlReaderOptions Default { get; } = new();

    /// <summary>What bare words mean. Default <see cref="YamlSchema.Kubernetes"/>.</summary>
    public YamlSchema Schema { get; init; } = YamlSchema.Kubernetes;

    /// <summary>What to do about a key that a map has twice. Default: refuse the document.</summary>
    public DuplicateKeys DuplicateKeys { get; init; } = DuplicateKeys.Error;

    /// <summary>Whether a key that a map has twice is only noted: the first value is in the map, the others are kept beside it.</summary>
    internal bool KeepRepeats { get; init; }

    /// <summary>Whether <c>&lt;&lt;</c> is carried out; otherwise it stays in the tree as a key. Default <see langword="true"/>.</summary>
    public bool ExpandMergeKeys { get; init; } = true;

    /// <summary>Whether the two escapes that JSON has and go-yaml refuses are read: <c>\/</c> and pairs of surrogates. Default <see langword="true"/>.</summary>
    public bool AllowJsonEscapes { get; init; } = true;

    /// <summary>The longest text, in characters. Default 64 Mi.</summary>
    public int MaxLength { get; init; } = 64 * 1024 * 1024;

    /// <summary>How deep maps and lists may nest. Default 512.</summary>
    public int MaxDepth { get; init; } = 512;

    /// <summary>How many nodes all documents of one text may have. Default 10 million.</summary>
    public int MaxNodes { get; init; } = 10_000_000;

    /// <summary>How many nodes may come from aliases in one text. Default 100 000.</summary>
    public int MaxAliasNodes { get; init; } = 100_000;
}
