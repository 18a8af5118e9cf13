namespace GitOps;

/// <summary>What happens when somebody changes an object that a unit owns.</summary>
public enum DriftPolicy
{
    /// <summary>The change is reported and set back.</summary>
    Correct,

    /// <summary>The change is reported as an error and left.</summary>
    Warn,

    /// <summary>The change is reported as information and left.</summary>
    Report,

    /// <summary>Nobody looks; the next interval sets it back.</summary>
    Disabled,
}
