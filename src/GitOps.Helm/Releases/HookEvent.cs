namespace GitOps.Helm;

/// <summary>When a hook runs.</summary>
public enum HookEvent
{
    /// <summary>Before anything of the chart is created.</summary>
    PreInstall,

    /// <summary>After everything was created.</summary>
    PostInstall,

    /// <summary>Before anything is deleted.</summary>
    PreDelete,

    /// <summary>After everything was deleted.</summary>
    PostDelete,

    /// <summary>Before anything is changed by an upgrade.</summary>
    PreUpgrade,

    /// <summary>After everything was upgraded.</summary>
    PostUpgrade,

    /// <summary>Before anything is rolled back.</summary>
    PreRollback,

    /// <summary>After everything was rolled back.</summary>
    PostRollback,

    /// <summary>When the release is tested.</summary>
    Test,
}
