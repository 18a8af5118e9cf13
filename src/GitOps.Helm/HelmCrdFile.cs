namespace GitOps.Helm;

/// <summary>A file of a chart's crds/ folder; it is no template.</summary>
/// <param name="Path">The file, with the chart's name in front.</param>
/// <param name="Text">Its text.</param>
public sealed record HelmCrdFile(string Path, string Text);
