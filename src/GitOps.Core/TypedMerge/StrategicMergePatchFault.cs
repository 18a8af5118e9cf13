namespace GitOps.TypedMerge;

/// <summary>What is wrong with a strategic merge patch. API servers answer each of them with a status of its own.</summary>
internal enum StrategicMergePatchFault
{
    /// <summary>It cannot be applied to the object as it is.</summary>
    Impossible,

    /// <summary>A directive has the wrong form.</summary>
    Malformed,

    /// <summary>Its directives and its content contradict each other.</summary>
    Contradiction,
}
