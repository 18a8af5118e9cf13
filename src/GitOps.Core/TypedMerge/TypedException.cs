namespace GitOps.TypedMerge;

/// <summary>A value does not fit its schema. The message starts with the path.</summary>
internal sealed class TypedException : GitOpsException
{
    public TypedException(IReadOnlyList<string> errors)
        : base(Reasons.ValidationFailed, errors.Count == 1 ? errors[0] : "errors:\n  " + string.Join("\n  ", errors)) => Errors = errors;

    /// <summary>Each error with its path.</summary>
    public IReadOnlyList<string> Errors { get; }
}
