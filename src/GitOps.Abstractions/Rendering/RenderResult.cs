namespace GitOps;

/// <summary>What a renderer made: manifests in order, and what it found on the way.</summary>
/// <param name="Manifests">The manifests, in the order in which they should be written where order is free.</param>
/// <param name="Diagnostics">Warnings and errors; one error makes the whole result a failure.</param>
public sealed record RenderResult(IReadOnlyList<Manifest> Manifests, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Whether there is no error among the diagnostics.</summary>
    public bool Succeeded => !Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>What runs around applying the manifests.</summary>
    public IReadOnlyList<Hook> Hooks { get; init; } = [];

    /// <summary>
    /// Whether the result also follows from something outside the file tree and the options: a value in the cluster, a remote base, a DNS name.
    /// Whether that has changed cannot be told from a revision, so such a unit is rendered at every reconciliation.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool ReadsOutsideTheTree { get; init; }

    /// <summary>A good result.</summary>
    /// <param name="manifests">The manifests.</param>
    /// <returns>The result.</returns>
    public static RenderResult Success(IReadOnlyList<Manifest> manifests) => new(manifests, []);

    /// <summary>A failed result.</summary>
    /// <param name="diagnostics">The errors, and any warnings.</param>
    /// <returns>The result.</returns>
    public static RenderResult Failure(params IReadOnlyList<Diagnostic> diagnostics) => new([], diagnostics);
}
