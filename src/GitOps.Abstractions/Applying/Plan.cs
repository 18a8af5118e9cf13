namespace GitOps;

/// <summary>
/// What applying a request would change: a value that can be shown, stored and applied later.
/// Applying is refused when live state has moved since the plan was made.
/// </summary>
/// <param name="Request">The request.</param>
/// <param name="Changes">What would happen to each object, in the order of writing; deletions last.</param>
/// <param name="Diagnostics">What validation and the server's dry-run found; a plan with an error cannot be applied.</param>
public record Plan(ApplyRequest Request, IReadOnlyList<PlannedChange> Changes, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>The hooks that run, in order: the set is new or changed and they have not run for it yet.</summary>
    public IReadOnlyList<PlannedHook> Hooks { get; init; } = [];

    /// <summary>Whether the plan may be applied.</summary>
    public bool CanApply => !Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>Whether applying would change anything.</summary>
    public bool HasChanges => Hooks.Count > 0 || Changes.Any(c => c.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped));
}
