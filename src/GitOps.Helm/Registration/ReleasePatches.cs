namespace GitOps.Helm;

/// <summary>The patches and images of a release as a post-renderer, with the host's own one after it.</summary>
internal sealed class ReleasePatches(MapNode kustomization, IManifestPatcher? patcher, HelmPostRenderer? next)
{
    /// <summary>Makes the post-renderer; null when the release has neither patches nor images.</summary>
    public static ReleasePatches? Create(HelmReleaseOptions options, IManifestPatcher? patcher)
    {
        if (options.Patches.Count == 0 && options.Images.Count == 0)
        {
            return null;
        }

        var kustomization = new MapNode();
        kustomization.Set("patches", new ListNode(options.Patches.Select(Patch)));
        kustomization.Set("images", new ListNode(options.Images.Select(i => Fields(("name", i.Name), ("newName", i.NewName), ("newTag", i.NewTag), ("digest", i.Digest)))));
        return new ReleasePatches(kustomization, patcher, options.PostRenderer);
    }

    public async ValueTask<IReadOnlyList<Manifest>> RunAsync(IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        var by = patcher ?? throw new HelmException(Reasons.BuildFailed, "the release has Patches or Images, but there is no kustomize renderer: reference GitOps.Kustomize and call AddKustomize()");
        var patched = await by.PatchAsync(manifests, kustomization, cancellationToken).ConfigureAwait(false);
        return next is null ? patched : await next(patched, cancellationToken).ConfigureAwait(false);
    }

    private static MapNode Patch(ManifestPatchOptions options)
    {
        var patch = Fields(("patch", options.Patch));
        if (options.Target is { } target)
        {
            patch.Set("target", Fields(
                ("group", target.Group),
                ("version", target.Version),
                ("kind", target.Kind),
                ("name", target.Name),
                ("namespace", target.Namespace),
                ("labelSelector", target.LabelSelector),
                ("annotationSelector", target.AnnotationSelector)));
        }

        return patch;
    }

    private static MapNode Fields(params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        var map = new MapNode();
        foreach (var (name, value) in fields)
        {
            if (value is { Length: > 0 })
            {
                map.Set(name, value);
            }
        }

        return map;
    }
}
