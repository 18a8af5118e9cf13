namespace GitOps.Helm;

/// <summary>What becomes of a chart's hooks.</summary>
public enum HelmHookPolicy
{
    /// <summary>Hooks are kept, tests too.</summary>
    Include,

    /// <summary>Hooks are kept, but tests are left out.</summary>
    SkipTests,

    /// <summary>All hooks are left out.</summary>
    Skip,
}
