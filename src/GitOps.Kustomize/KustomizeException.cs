namespace GitOps.Kustomize;

/// <summary>A kustomization cannot be built. The message names the file and the cause.</summary>
public sealed class KustomizeException : GitOpsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="location">The place, when known.</param>
    /// <param name="innerException">What caused it.</param>
    public KustomizeException(string message, SourceLocation? location = null, Exception? innerException = null)
        : base((innerException as GitOpsException)?.Reason ?? Reasons.BuildFailed, message, innerException) =>
        Location = location ?? (innerException as GitOpsException)?.Location;

    /// <summary>Puts what was being done in front of a failure.</summary>
    internal static KustomizeException Wrap(string context, GitOpsException cause) => new($"{context}: {cause.Message}", cause.Location, cause);
}
