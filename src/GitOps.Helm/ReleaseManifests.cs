using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>Turns a release's texts into manifests.</summary>
internal static class ReleaseManifests
{
    /// <summary>CRDs first, then objects, then hooks.</summary>
    public static RenderResult Read(HelmRelease release)
    {
        var manifests = new List<Manifest>();
        var diagnostics = new List<Diagnostic>();
        foreach (var warning in release.Warnings)
        {
            diagnostics.Add(Diagnostic.Warning(Reasons.BuildFailed, warning));
        }

        foreach (var crd in release.Crds)
        {
            foreach (var document in Releases.ManifestSplitter.Split(crd.Text))
            {
                Add(crd.Path, document, null, manifests, diagnostics);
            }
        }

        foreach (var manifest in release.Manifests)
        {
            Add(manifest.Path, manifest.Text, manifest.Tree, manifests, diagnostics);
        }

        foreach (var hook in release.Hooks)
        {
            Add(hook.Path, hook.Text, hook.Tree, manifests, diagnostics);
        }

        return new RenderResult(manifests, diagnostics);
    }

    private static void Add(string path, string document, Node? tree, List<Manifest> manifests, List<Diagnostic> diagnostics)
    {
        try
        {
            if ((tree ?? YamlValues.ReadFirst(document)) is { } node)
            {
                ManifestReader.AddTo(manifests, node, path, diagnostics);
            }
        }
        catch (HelmException e)
        {
            diagnostics.Add(Diagnostic.Error(e.Reason, e.Message, new SourceLocation(path)));
        }
    }
}
