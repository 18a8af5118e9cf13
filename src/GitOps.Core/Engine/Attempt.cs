namespace GitOps.Engine;

/// <summary>How one attempt to reconcile a unit ended.</summary>
internal enum Attempt
{
    /// <summary>The unit is ready.</summary>
    Succeeded,

    /// <summary>There is nothing to do before something else happens: a dependency, the source, a newer revision, a resume.</summary>
    Waiting,

    /// <summary>It may go better later.</summary>
    Failed,

    /// <summary>It fails the same way until the input changes; the interval still tries it again.</summary>
    Stalled,
}
