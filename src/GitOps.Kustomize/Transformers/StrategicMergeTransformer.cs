using GitOps.Kustomize.Merging;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

/// <summary>The strategic merge patches of <c>patchesStrategicMerge</c>.</summary>
internal sealed class StrategicMergeTransformer : ITransformer
{
    private readonly List<Resource> _patches = [];
    private readonly StrategicMerge _merge;

    public StrategicMergeTransformer(IReadOnlyList<string> paths, string inline, BuildContext context, Loading.Loader loader, string file)
    {
        _merge = context.Merge;
        if (paths.Count == 0 && inline.Length == 0)
        {
            throw new KustomizeException($"{file}: empty file path and empty patch content", new SourceLocation(file));
        }

        foreach (var path in paths)
        {
            _patches.AddRange(ReadInline(path, context, file) ?? context.Reader.Read(loader.LoadText(path, out var name), name));
        }

        if (inline.Length > 0)
        {
            _patches.AddRange(context.Reader.Read(inline, file));
        }

        if (_patches.Count == 0)
        {
            throw new KustomizeException($"{file}: patch appears to be empty; files=[{string.Join(' ', paths)}]", new SourceLocation(file));
        }
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var patch in _patches)
        {
            var target = _merge.FindTarget(resources, patch);
            _merge.ApplyToAll(resources, [target], patch);
        }
    }

    /// <summary>An entry is a patch itself if it reads as one, and a path otherwise.</summary>
    private static List<Resource>? ReadInline(string text, BuildContext context, string file)
    {
        try
        {
            return context.Reader.Read(text, file);
        }
        catch (GitOpsException)
        {
            return null;
        }
    }
}
