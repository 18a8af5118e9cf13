namespace GitOps;

/// <summary>An expected failure with a stable reason: the source is unreachable, a file is too large, access is refused.</summary>
/// <remarks>The message is made for people and never holds a secret.</remarks>
public class GitOpsException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">A stable reason in CamelCase, one of <see cref="Reasons"/> or the implementation's own.</param>
    /// <param name="message">What happened, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public GitOpsException(string reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Reason = reason;
    }

    /// <summary>The stable reason in CamelCase.</summary>
    public string Reason { get; }

    /// <summary>Where in the source the cause lies, when known.</summary>
    public SourceLocation? Location { get; init; }
}
