namespace GitOps.Helm;

/// <summary>Values as an object tree.</summary>
/// <param name="Values">The tree; it is not changed.</param>
public sealed record HelmValuesTree(MapNode Values) : HelmValuesSource;
