using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Merging;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

/// <summary>One entry of <c>patchesJson6902</c>.</summary>
internal sealed class JsonPatchTransformer : ITransformer
{
    private readonly Selector _target;
    private readonly JsonPatch _patch;
    private readonly string _source;

    public JsonPatchTransformer(Selector? target, string path, string operations, Loading.Loader loader, string file)
    {
        if (target is null || target.Name.Length == 0)
        {
            throw new KustomizeException($"{file}: must specify the target name of a patchesJson6902 entry", new SourceLocation(file));
        }

        if (path.Length == 0 && operations.Length == 0)
        {
            throw new KustomizeException($"{file}: empty file path and empty jsonOp", new SourceLocation(file));
        }

        if (path.Length > 0 && operations.Length > 0)
        {
            throw new KustomizeException($"{file}: must specify a file path or jsonOp, not both", new SourceLocation(file));
        }

        var name = file;
        if (path.Length > 0)
        {
            operations = loader.LoadText(path, out name);
            if (operations.Length == 0)
            {
                throw new KustomizeException($"patch file '{name}' seems to be empty", new SourceLocation(name));
            }
        }

        _target = target;
        _source = $"[{name}]";
        _patch = JsonPatch.Parse(operations, name);
        if (_patch.IsEmpty)
        {
            throw new KustomizeException($"patch appears to be empty; file={name}", new SourceLocation(name));
        }
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var resource in resources.Select(_target))
        {
            _patch.ApplyTo(resource, _source);
        }

        resources.Touch();
    }
}
