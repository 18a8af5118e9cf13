namespace GitOps;

/// <summary>The configuration of sources and units has mistakes; the message lists all of them.</summary>
public sealed class GitOpsConfigurationException : GitOpsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errors">Each mistake, with the name of the source or unit it is in.</param>
    public GitOpsConfigurationException(IReadOnlyList<string> errors)
        : base("InvalidConfiguration", Describe(errors)) => Errors = errors;

    /// <summary>Each mistake.</summary>
    public IReadOnlyList<string> Errors { get; }

    private static string Describe(IReadOnlyList<string> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var count = errors.Count == 1 ? "one mistake" : $"{errors.Count} mistakes";
        return $"The GitOps configuration has {count}:{string.Concat(errors.Select(e => $"{Environment.NewLine}  - {e}"))}";
    }
}
