namespace GitOps;

/// <summary>The health of an object, in kstatus' words.</summary>
public enum HealthStatus
{
    /// <summary>It cannot be told.</summary>
    Unknown,

    /// <summary>The object does not exist (yet).</summary>
    NotFound,

    /// <summary>It is on its way to the desired state.</summary>
    InProgress,

    /// <summary>It has reached the desired state.</summary>
    Current,

    /// <summary>It failed and will not recover by itself.</summary>
    Failed,

    /// <summary>It was suspended or paused on purpose.</summary>
    Suspended,

    /// <summary>It is being deleted.</summary>
    Terminating,
}
