namespace GitOps;

/// <summary>Stable reasons of conditions, events and failures. Where Flux has a reason for the same thing, it is the same word.</summary>
public static class Reasons
{
    /// <summary>The unit is reconciled.</summary>
    public const string ReconciliationSucceeded = "ReconciliationSucceeded";

    /// <summary>The unit could not be reconciled for a reason that has no word of its own.</summary>
    public const string ReconciliationFailed = "ReconciliationFailed";

    /// <summary>The work is under way.</summary>
    public const string Progressing = "Progressing";

    /// <summary>The work is under way after a failure.</summary>
    public const string ProgressingWithRetry = "ProgressingWithRetry";

    /// <summary>The unit is suspended.</summary>
    public const string Suspended = "Suspended";

    /// <summary>A dependency is not ready.</summary>
    public const string DependencyNotReady = "DependencyNotReady";

    /// <summary>The source could not be reached or fetched.</summary>
    public const string FetchFailed = "FetchFailed";

    /// <summary>The source refused the credentials.</summary>
    public const string AuthenticationFailed = "AuthenticationFailed";

    /// <summary>The signature of the revision is missing, unknown or wrong.</summary>
    public const string VerificationFailed = "VerificationFailed";

    /// <summary>A path, reference or object does not exist.</summary>
    public const string NotFound = "NotFound";

    /// <summary>An input is larger than its limit.</summary>
    public const string LimitExceeded = "LimitExceeded";

    /// <summary>The manifests could not be rendered.</summary>
    public const string BuildFailed = "BuildFailed";

    /// <summary>The manifests were refused by validation or by the server's dry-run.</summary>
    public const string ValidationFailed = "ValidationFailed";

    /// <summary>The revision would delete every object of the unit and nobody consented.</summary>
    public const string EmptyNotAllowed = "EmptyNotAllowed";

    /// <summary>Another owner or field manager holds what was to be changed.</summary>
    public const string Conflict = "Conflict";

    /// <summary>A field that cannot change was to be changed.</summary>
    public const string ImmutableField = "ImmutableField";

    /// <summary>The cluster does not allow the action.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>The cluster cannot be reached.</summary>
    public const string ClusterUnavailable = "ClusterUnavailable";

    /// <summary>Live state moved between plan and apply.</summary>
    public const string PlanOutdated = "PlanOutdated";

    /// <summary>Writing or pruning objects failed.</summary>
    public const string ApplyFailed = "ApplyFailed";

    /// <summary>Objects that left the set could not be deleted.</summary>
    public const string PruneFailed = "PruneFailed";

    /// <summary>Objects did not become healthy in time, or failed.</summary>
    public const string HealthCheckFailed = "HealthCheckFailed";

    /// <summary>The wait for health was ended by a newer revision.</summary>
    public const string HealthCheckCanceled = "HealthCheckCanceled";

    /// <summary>The time allowed for the work ran out.</summary>
    public const string Timeout = "Timeout";

    /// <summary>Live state differs from desired state.</summary>
    public const string DriftDetected = "DriftDetected";

    /// <summary>Live state was set back to desired state.</summary>
    public const string DriftCorrected = "DriftCorrected";

    /// <summary>A hook failed, or did not end in time.</summary>
    public const string HookFailed = "HookFailed";

    /// <summary>There are hooks that nothing runs.</summary>
    public const string HooksNotRun = "HooksNotRun";

    /// <summary>Another host holds the engine's state; this one waits for it.</summary>
    public const string StateInUse = "StateInUse";

    /// <summary>The engine's state cannot be read or written; reconciling goes on.</summary>
    public const string StateUnavailable = "StateUnavailable";
}
