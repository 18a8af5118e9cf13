namespace GitOps;

/// <summary>What was done to one object.</summary>
/// <param name="Resource">The object.</param>
/// <param name="Action">What was done.</param>
/// <param name="Error">Why it could not be done; <see langword="null"/> when it was.</param>
public sealed record ObjectChange(ResourceId Resource, ChangeAction Action, Diagnostic? Error = null)
{
    /// <inheritdoc/>
    public override string ToString() => Error is null ? $"{Resource} {Action}" : $"{Resource} failed: {Error.Message}";
}
