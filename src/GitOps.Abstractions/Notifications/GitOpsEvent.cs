namespace GitOps;

/// <summary>Something that happened to a unit or a source.</summary>
/// <param name="Id">Unique id; a receiver that sees it twice may drop the second.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Reason">A stable reason, see <see cref="Reasons"/>.</param>
/// <param name="Message">What happened, for people; never holds a secret.</param>
public sealed record GitOpsEvent(Guid Id, DateTimeOffset Timestamp, EventSeverity Severity, string Reason, string Message)
{
    /// <summary>The unit; <see langword="null"/> when the event is about a source alone.</summary>
    public string? Unit { get; init; }

    /// <summary>The unit's kind, for instance <c>Kustomization</c>.</summary>
    public string? UnitKind { get; init; }

    /// <summary>The source.</summary>
    public string? Source { get; init; }

    /// <summary>The revision.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Who wrote the commit.</summary>
    public string? CommitAuthor { get; init; }

    /// <summary>The commit's message.</summary>
    public string? CommitMessage { get; init; }

    /// <summary>The stage of the pipeline: detect, fetch, render, validate, apply, verify or notify; <see langword="null"/> when it belongs to none.</summary>
    public string? Stage { get; init; }

    /// <summary>Whether the unit's state went from good to bad or back, or it reached a new revision: only these go to notifiers.</summary>
    public bool IsTransition { get; init; }

    /// <summary>The objects that changed.</summary>
    public IReadOnlyList<ObjectChange> Changes { get; init; } = [];

    /// <summary>The differences that were found in the cluster.</summary>
    public IReadOnlyList<Drift> Drifts { get; init; } = [];

    /// <summary>Errors and warnings with file, line and column.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; init; } = [];
}
