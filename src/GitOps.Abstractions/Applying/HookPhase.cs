namespace GitOps;

/// <summary>Where around the objects of a set hooks run.</summary>
public enum HookPhase
{
    /// <summary>Before the first object is written.</summary>
    Before,

    /// <summary>After all are applied and, where asked for, healthy.</summary>
    After,
}
