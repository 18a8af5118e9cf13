using GitOps.Helm.Charts;
using GitOps.Helm.Releases;
using GitOps.Helm.Values;
using GitOps.Yaml;

namespace GitOps.Helm.Rendering;

/// <summary>Sends rendered objects through a post-renderer and puts what comes back into files again.</summary>
internal static class PostRendering
{
    private const string FileAnnotation = "postrenderer.helm.sh/postrender-filename";

    public static async ValueTask<Dictionary<string, string>> RunAsync(
        Dictionary<string, string> files, HelmPostRenderer postRenderer, HelmPostRenderStrategy strategy, CancellationToken cancellationToken)
    {
        if (strategy == HelmPostRenderStrategy.Combined)
        {
            return await RunGroupAsync(files, "", postRenderer, cancellationToken).ConfigureAwait(false);
        }

        var (hooks, manifests) = ManifestSorter.Sort(files, new ManifestHeads(), cancellationToken);
        var hookFiles = Group(hooks.Select(h => (h.Path, h.Text)));
        var manifestFiles = Group(manifests.Select(m => (m.Path, m.Text)));
        var result = strategy == HelmPostRenderStrategy.Separate
            ? await RunGroupAsync(hookFiles, "hooks-", postRenderer, cancellationToken).ConfigureAwait(false)
            : hookFiles;
        foreach (var (path, text) in await RunGroupAsync(manifestFiles, "manifests-", postRenderer, cancellationToken).ConfigureAwait(false))
        {
            result[path] = result.TryGetValue(path, out var known) ? $"{known}\n---\n{text}" : text;
        }

        return result;
    }

    private static Dictionary<string, string> Group(IEnumerable<(string Path, string Text)> documents)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, text) in documents)
        {
            files[path] = files.TryGetValue(path, out var known) ? $"{known}\n---\n{text}" : text;
        }

        return files;
    }

    private static async ValueTask<Dictionary<string, string>> RunGroupAsync(
        Dictionary<string, string> files, string prefix, HelmPostRenderer postRenderer, CancellationToken cancellationToken)
    {
        var manifests = new List<Manifest>();
        foreach (var (path, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (!GoPath.Base(path).StartsWith('_'))
            {
                manifests.AddRange(ManifestSplitter.Split(text).Select(d => Annotated(path, d)).OfType<Manifest>());
            }
        }

        var changed = await postRenderer(manifests, cancellationToken).ConfigureAwait(false);
        var result = new List<(string Path, string Text)>();
        for (var i = 0; i < changed.Count; i++)
        {
            var root = (MapNode)changed[i].Root.DeepClone();
            result.Add((TakeFile(root) ?? $"generated-by-postrender-{prefix}{i}.yaml", YamlWriter.Write(root)));
        }

        return Group(result);
    }

    private static Manifest? Annotated(string path, string document)
    {
        Node? node;
        try
        {
            node = YamlValues.ReadFirst(document);
        }
        catch (HelmException e)
        {
            throw new HelmException($"error merging manifests: parsing {path}: {e.Message}", e) { AfterRelease = true };
        }

        if (node is null or { IsNull: true })
        {
            return null;
        }

        try
        {
            var root = node as MapNode ?? throw new ArgumentException("the document is no map");
            root.GetOrAddMap("metadata").GetOrAddMap("annotations").Set(FileAnnotation, path);
            return new Manifest(root, new SourceLocation(path));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new HelmException($"error merging manifests: annotating {path}: {e.Message}", e) { AfterRelease = true };
        }
    }

    private static string? TakeFile(MapNode root)
    {
        if (root.GetMap("metadata") is not { } metadata || metadata.GetMap("annotations") is not { } annotations)
        {
            return null;
        }

        var file = annotations.GetString(FileAnnotation);
        annotations.Remove(FileAnnotation);
        if (annotations.Count == 0)
        {
            metadata.Remove("annotations");
        }

        return file;
    }
}
