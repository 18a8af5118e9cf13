namespace GitOps;

/// <summary>What applying a plan did.</summary>
/// <param name="Changes">Each object's change, in the order of writing.</param>
/// <param name="Diagnostics">Errors and warnings that belong to no single object.</param>
public sealed record ChangeSet(IReadOnlyList<ObjectChange> Changes, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Whether everything that was planned was done.</summary>
    public bool Succeeded => Changes.All(c => c.Error is null) && !Diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>Whether anything was changed.</summary>
    public bool HasChanges => Changes.Any(c => c.Error is null && c.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped));
}
