namespace GitOps.Helm;

/// <summary>What rendering a chart gave.</summary>
public sealed record HelmRelease
{
    /// <summary>The release's name.</summary>
    public required string Name { get; init; }

    /// <summary>The release's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The objects, in the order in which Helm installs their kinds.</summary>
    public required IReadOnlyList<HelmManifest> Manifests { get; init; }

    /// <summary>The hooks that <see cref="HelmOptions.Hooks"/> leaves, in the order of their kinds.</summary>
    public required IReadOnlyList<HelmHook> Hooks { get; init; }

    /// <summary>The files of crds/, parents first; empty unless they were asked for.</summary>
    public required IReadOnlyList<HelmCrdFile> Crds { get; init; }

    /// <summary>The rendered NOTES.txt; empty when there is none.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Things to know that did not stop the rendering, such as a deprecated chart.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The rendered text of every template but partials, before it was split, by path with the chart's name in front.</summary>
    public required IReadOnlyDictionary<string, string> RenderedFiles { get; init; }

    /// <summary>The text that <c>helm template</c> prints.</summary>
    /// <returns>CRDs, objects and hooks as YAML documents, each with a comment that names its file.</returns>
    public string ToYaml() => Releases.ReleasePrinter.Print(this);
}
