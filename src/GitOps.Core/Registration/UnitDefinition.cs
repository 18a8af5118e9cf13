namespace GitOps;

/// <summary>What is reconciled: options, and the renderer that turns the unit's files into manifests.</summary>
/// <param name="Options">Source, path, policy.</param>
/// <param name="Renderer">The renderer.</param>
public sealed record UnitDefinition(UnitOptions Options, IRenderer Renderer)
{
    /// <summary>What the renderer gets as <see cref="RenderRequest.Options"/>.</summary>
    public object? RenderOptions { get; init; }

    /// <summary>A source that is there for this unit alone, in the place of the one that <see cref="UnitOptions.Source"/> names.</summary>
    public SourceRegistration? OwnSource { get; init; }

    /// <summary>Mistakes that the options alone do not show; reported together with all others.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    internal string? SourceName => OwnSource?.Name ?? Options.Source;
}
