using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Merging;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Transformers;

/// <summary>One entry of <c>patches</c>: strategic merge patches, or a JSON patch, read at once and applied later.</summary>
internal sealed class PatchTransformer : ITransformer
{
    private readonly string _source;
    private readonly Selector? _target;
    private readonly List<Resource>? _merges;
    private readonly JsonPatch? _json;
    private readonly StrategicMerge _merge;

    public PatchTransformer(Patch patch, BuildContext context, Loading.Loader loader, string file)
    {
        _target = patch.Target;
        _merge = context.Merge;
        var text = patch.Text.Trim();
        if (text.Length == 0 && patch.Path.Length == 0)
        {
            throw new KustomizeException($"{file}: must specify one of patch and path in a patches entry", new SourceLocation(file));
        }

        if (text.Length > 0 && patch.Path.Length > 0)
        {
            throw new KustomizeException($"{file}: patch and path can't be set at the same time", new SourceLocation(file));
        }

        var name = file;
        if (text.Length > 0)
        {
            _source = $"[patch in {file}]";
        }
        else
        {
            try
            {
                text = loader.LoadText(patch.Path, out name);
            }
            catch (GitOpsException e)
            {
                throw KustomizeException.Wrap($"failed to get the patch file from path({patch.Path})", e);
            }

            _source = $"[path: \"{name}\"]";
        }

        (_merges, _json) = Parse(text, name, context);
        foreach (var merge in _merges ?? [])
        {
            merge.AllowNameChange |= patch.AllowNameChange;
            merge.AllowKindChange |= patch.AllowKindChange;
        }
    }

    public void Transform(ResourceSet resources)
    {
        if (_merges is { Count: > 0 })
        {
            TransformMerges(resources);
        }
        else if (_json is not null)
        {
            if (_target is null)
            {
                throw new KustomizeException($"must specify a target for JSON patch {_source}");
            }

            foreach (var resource in resources.Select(_target))
            {
                resource.StorePreviousId();
                _json.ApplyTo(resource, _source);
            }

            resources.Touch();
        }
    }

    private (List<Resource>? Merges, JsonPatch? Json) Parse(string text, string name, BuildContext context)
    {
        List<Resource>? merges = null;
        JsonPatch? json = null;
        GitOpsException? mergeError = null;
        GitOpsException? jsonError = null;
        try
        {
            merges = context.Reader.Read(text, name);
        }
        catch (GitOpsException e)
        {
            mergeError = e;
        }

        if (merges is not { Count: > 0 })
        {
            try
            {
                json = JsonPatch.Parse(text, name);
            }
            catch (GitOpsException e)
            {
                jsonError = e;
            }
        }

        if (mergeError is not null && jsonError is not null)
        {
            throw new KustomizeException($"unable to parse SM or JSON patch from {_source}: {mergeError.Message}; {jsonError.Message}", mergeError.Location, mergeError);
        }

        return mergeError is null ? (merges, null) : (null, json is { IsNull: false } ? json : null);
    }

    private void TransformMerges(ResourceSet resources)
    {
        if (_target is not null)
        {
            if (_merges!.Count > 1)
            {
                throw new KustomizeException($"Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {_source}");
            }

            _merge.ApplyToAll(resources, resources.Select(_target), _merges[0]);
            return;
        }

        foreach (var patch in _merges!)
        {
            var target = _merge.FindTarget(resources, patch);
            _merge.Apply(target, patch);
            if (patch.AllowNameChange || patch.AllowKindChange)
            {
                resources.Touch();
            }
        }
    }
}
