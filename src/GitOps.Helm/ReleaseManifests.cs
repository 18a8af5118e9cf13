using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>Turns a release's texts into manifests.</summary>
internal static class ReleaseManifests
{
    /// <summary>CRDs first, then objects; hooks by themselves.</summary>
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

        var hooks = new List<Hook>();
        foreach (var hook in release.Hooks.Where(h => !h.IsTest))
        {
            Add(hook, hooks, diagnostics);
        }

        return new RenderResult(manifests, diagnostics) { Hooks = hooks };
    }

    private static void Add(HelmHook hook, List<Hook> hooks, List<Diagnostic> diagnostics)
    {
        var moments = MomentsOf(hook);
        if (moments == HookMoments.None)
        {
            // A rollback is a commit like any other. A deletion is none of the engine's moments, and leaving a clean-up out in silence would be wrong.
            if (hook.Events.Any(e => e is HookEvent.PreDelete or HookEvent.PostDelete))
            {
                diagnostics.Add(Diagnostic.Warning(Reasons.HooksNotRun, $"The hook {hook.Kind}/{hook.Name} runs at a deletion only, and is not run: do what it does by hand when the release goes.", new SourceLocation(hook.Path)));
            }

            return;
        }

        var manifests = new List<Manifest>();
        Add(hook.Path, hook.Text, hook.Tree, manifests, diagnostics);
        hooks.AddRange(manifests.Select(m => new Hook(m, moments) { Weight = hook.Weight, Deletion = DeletionOf(hook) }));
    }

    private static HookMoments MomentsOf(HelmHook hook) => hook.Events.Aggregate(HookMoments.None, static (moments, e) => moments | e switch
    {
        HookEvent.PreInstall => HookMoments.PreInstall,
        HookEvent.PostInstall => HookMoments.PostInstall,
        HookEvent.PreUpgrade => HookMoments.PreUpgrade,
        HookEvent.PostUpgrade => HookMoments.PostUpgrade,
        _ => HookMoments.None,
    });

    private static HookDeletion DeletionOf(HelmHook hook) => hook.DeletePolicies.Count == 0
        ? HookDeletion.BeforeCreation
        : hook.DeletePolicies.Aggregate(HookDeletion.None, static (deletion, policy) => deletion | policy switch
        {
            "before-hook-creation" => HookDeletion.BeforeCreation,
            "hook-succeeded" => HookDeletion.Succeeded,
            "hook-failed" => HookDeletion.Failed,
            _ => HookDeletion.None,
        });

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
