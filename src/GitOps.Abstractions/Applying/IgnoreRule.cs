namespace GitOps;

/// <summary>Fields of some objects that drift detection and apply leave alone.</summary>
/// <param name="Paths">JSON pointers (RFC 6901) of the fields.</param>
public sealed record IgnoreRule(IReadOnlyList<string> Paths)
{
    /// <summary>An anchored regular expression on the group; <see langword="null"/> for any.</summary>
    public string? Group { get; init; }

    /// <summary>An anchored regular expression on the kind; <see langword="null"/> for any.</summary>
    public string? Kind { get; init; }

    /// <summary>An anchored regular expression on the namespace; <see langword="null"/> for any.</summary>
    public string? Namespace { get; init; }

    /// <summary>An anchored regular expression on the name; <see langword="null"/> for any.</summary>
    public string? Name { get; init; }
}
