namespace GitOps.Engine;

/// <summary>Why a unit wakes up.</summary>
[Flags]
internal enum Triggers
{
    None = 0,

    /// <summary>Its interval is over.</summary>
    Interval = 1,

    /// <summary>Its source has another revision, or another state.</summary>
    Source = 2,

    /// <summary>A unit that it depends on changed its state.</summary>
    Dependency = 4,

    /// <summary>Somebody asked for it.</summary>
    Demand = 8,

    /// <summary>Its objects were changed in the cluster.</summary>
    Drift = 16,

    /// <summary>It is no longer suspended.</summary>
    Resume = 32,
}
