namespace GitOps;

/// <summary>How much an event matters.</summary>
public enum EventSeverity
{
    /// <summary>For the log only; never sent to notifiers.</summary>
    Trace,

    /// <summary>Something went as it should.</summary>
    Info,

    /// <summary>Something failed.</summary>
    Error,
}
