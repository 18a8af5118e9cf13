namespace GitOps.Helm;

/// <summary>A YAML file of values, as <c>--values</c> takes it; several documents in it are merged.</summary>
/// <param name="Path">The file: a path in the source's tree, or what the caller's file reader understands.</param>
/// <param name="Optional">Whether it may be absent.</param>
public sealed record HelmValuesFile(string Path, bool Optional = false) : HelmValuesSource;
