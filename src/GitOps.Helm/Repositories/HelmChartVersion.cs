namespace GitOps.Helm;

/// <summary>One version of a chart in a repository's index.</summary>
/// <param name="Name">The chart's name.</param>
/// <param name="Version">The version, as the index writes it.</param>
/// <param name="Urls">Where it can be downloaded; may be relative to the repository.</param>
public sealed record HelmChartVersion(string Name, string Version, IReadOnlyList<string> Urls)
{
    /// <summary>The version of what the chart installs; empty when unknown.</summary>
    public string AppVersion { get; init; } = "";

    /// <summary>The SHA-256 of the package in hex; empty when the index does not say.</summary>
    public string Digest { get; init; } = "";

    /// <summary>When it was packaged, as the index writes it; empty when unknown.</summary>
    public string Created { get; init; } = "";

    /// <summary>Whether the chart calls itself deprecated.</summary>
    public bool Deprecated { get; init; }
}
