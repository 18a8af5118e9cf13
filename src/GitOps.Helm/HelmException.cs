namespace GitOps.Helm;

/// <summary>A chart could not be loaded or rendered; the message is what Helm prints after <c>Error: </c>, or better.</summary>
public sealed class HelmException : GitOpsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public HelmException(string message, Exception? innerException = null)
        : base(Reasons.BuildFailed, message, innerException)
    {
    }

    /// <summary>Makes the exception with a reason of its own.</summary>
    /// <param name="reason">A stable reason, see <see cref="Reasons"/>.</param>
    /// <param name="message">What happened, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public HelmException(string reason, string message, Exception? innerException = null)
        : base(reason, message, innerException)
    {
    }

    /// <summary>Whether the chart's templates ran, so that only the rendered text was at fault.</summary>
    internal bool AfterRelease { get; init; }
}
