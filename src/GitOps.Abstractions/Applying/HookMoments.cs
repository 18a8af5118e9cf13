namespace GitOps;

/// <summary>The moments at which a hook runs. A unit is installed when it is applied for the first time; every other set or hook is an upgrade.</summary>
[Flags]
public enum HookMoments
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>Before anything of the first set is written.</summary>
    PreInstall = 1,

    /// <summary>After the first set was applied and, where asked for, is healthy.</summary>
    PostInstall = 2,

    /// <summary>Before anything of a changed set is written.</summary>
    PreUpgrade = 4,

    /// <summary>After a changed set was applied and, where asked for, is healthy.</summary>
    PostUpgrade = 8,
}
