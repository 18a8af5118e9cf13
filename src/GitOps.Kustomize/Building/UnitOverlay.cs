using System.Text;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Yaml;

namespace GitOps.Kustomize.Building;

/// <summary>What a unit adds to the kustomization it renders, and the kustomization that is made where there is none.</summary>
internal static class UnitOverlay
{
    private const int MaxFiles = 10_000;
    private const int MaxDepth = 100;

    /// <summary>A kustomization of all YAML files of a directory, when it has no kustomization of its own; null when it has one.</summary>
    public static Dictionary<string, string>? Generate(IFileTree tree, TreePath directory)
    {
        if (HasKustomization(tree, directory) || tree.Find(directory) is not { Kind: TreeEntryKind.Directory })
        {
            return null;
        }

        var resources = new List<string>();
        Collect(tree, directory, "", resources, 0);
        var text = new StringBuilder("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
        if (resources.Count == 0)
        {
            text.Append("namespace: _placeholder\n");
        }
        else
        {
            text.Append(YamlWriter.WriteValue(new Dictionary<string, object?>(StringComparer.Ordinal) { ["resources"] = resources }));
        }

        return new Dictionary<string, string>(StringComparer.Ordinal) { [Kustomization.FileNames[0]] = text.ToString() };
    }

    /// <summary>Puts a unit's options into its kustomization.</summary>
    public static void Apply(Kustomization kustomization, KustomizeOptions options, IFileTree tree, TreePath directory)
    {
        kustomization.Namespace = options.TargetNamespace ?? kustomization.Namespace;
        kustomization.NamePrefix = options.NamePrefix ?? kustomization.NamePrefix;
        kustomization.NameSuffix = options.NameSuffix ?? kustomization.NameSuffix;
        foreach (var patch in options.Patches)
        {
            kustomization.Patches.Add(new Patch("", patch.Patch, patch.Target is { } t
                ? new Selector(new Gvk(t.Group, t.Version, t.Kind), t.Name, t.Namespace, t.AnnotationSelector, t.LabelSelector)
                : null));
        }

        foreach (var image in options.Images)
        {
            MergeImage(kustomization.Images, image);
        }

        foreach (var component in options.Components)
        {
            if (Loading.RemoteReference.IsRemote(component))
            {
                throw new KustomizeException($"component '{component}' is refused: components of a unit are paths inside its source");
            }

            if (!options.IgnoreMissingComponents || (directory.TryCombine(component, out var path) && tree.Find(path) is { Kind: TreeEntryKind.Directory }))
            {
                kustomization.Components.Add(component);
            }
        }

        if (options.OriginAnnotations && !kustomization.BuildMetadata.Contains("originAnnotations"))
        {
            kustomization.BuildMetadata.Add("originAnnotations");
        }
    }

    private static void MergeImage(List<Image> images, KustomizeImage added)
    {
        var at = images.FindIndex(i => string.Equals(i.Name, added.Name, StringComparison.Ordinal));
        var image = at < 0 ? new Image(added.Name, "", "", "", "") : images[at];
        if (added.NewName.Length > 0)
        {
            image = image with { NewName = added.NewName };
        }

        // Tag and digest belong together: whoever sets one of them replaces both.
        if (added.NewTag.Length > 0 || added.Digest.Length > 0)
        {
            image = image with { NewTag = added.NewTag, Digest = added.Digest };
        }

        if (at < 0)
        {
            images.Add(image);
        }
        else
        {
            images[at] = image;
        }
    }

    private static bool HasKustomization(IFileTree tree, TreePath directory) =>
        Kustomization.FileNames.Any(name => tree.Find(directory.Append(name)) is { Kind: TreeEntryKind.File });

    private static void Collect(IFileTree tree, TreePath directory, string prefix, List<string> resources, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"{directory}: directories nest deeper than {MaxDepth}") { Location = new SourceLocation(directory.Value) };
        }

        foreach (var entry in tree.List(directory))
        {
            var path = directory.Append(entry.Path.Name);
            var relative = $"{prefix}{entry.Path.Name}";
            if (entry.Kind == TreeEntryKind.Directory)
            {
                if (HasKustomization(tree, path))
                {
                    resources.Add(relative);
                }
                else
                {
                    Collect(tree, path, relative + "/", resources, depth + 1);
                }
            }
            else if (entry.Kind == TreeEntryKind.File && (relative.EndsWith(".yaml", StringComparison.Ordinal) || relative.EndsWith(".yml", StringComparison.Ordinal)))
            {
                resources.Add(relative);
            }

            if (resources.Count > MaxFiles)
            {
                throw new GitOpsException(Reasons.LimitExceeded, $"{directory}: more than {MaxFiles} files to render") { Location = new SourceLocation(directory.Value) };
            }
        }
    }
}
