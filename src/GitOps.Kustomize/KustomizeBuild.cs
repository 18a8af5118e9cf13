using GitOps.Kustomize.Building;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Transformers;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize;

/// <summary>Builds one kustomization. Builds share nothing and may run in parallel.</summary>
internal static class KustomizeBuild
{
    // The version that is followed; the real tool writes its own.
    private static readonly SortedDictionary<string, string> s_managedBy = new(StringComparer.Ordinal) { ["app.kubernetes.io/managed-by"] = "kustomize-v5.8.1" };

    /// <summary>Builds a directory and prints it as <c>kustomize build</c> does.</summary>
    public static byte[] Run(IFileTree tree, TreePath directory, KustomizeOptions options, bool legacyOrder, CancellationToken cancellationToken, Action<Diagnostic>? warn = null) =>
        Print(Build(tree, directory, options, legacyOrder, null, cancellationToken, warn));

    /// <summary>Prints objects as one text.</summary>
    public static byte[] Print(ResourceSet resources)
    {
        using var writer = new YamlTextWriter(YamlWriterOptions.Kubernetes, 64 * 1024);
        foreach (var resource in resources.Items)
        {
            if (writer.Written.Length > 0)
            {
                writer.WriteRaw("---\n");
            }

            writer.WriteDocument(resource.Root);
        }

        return writer.ToUtf8();
    }

    public static ResourceSet Build(
        IFileTree tree,
        TreePath directory,
        KustomizeOptions options,
        bool legacyOrder,
        Dictionary<string, string>? overrides,
        CancellationToken cancellationToken,
        Action<Diagnostic>? warn = null)
    {
        var context = new BuildContext(cancellationToken) { CustomTransformers = options.Transformers, ChartInflator = options.ChartInflator };
        var remote = new RemoteAccess(options.RemoteResolver, cancellationToken);
        var loader = Loader.Create(tree, directory, options.LoadRestrictor, overrides, remote);
        var target = new KustomizationTarget(context, loader);
        UnitOverlay.Apply(target.Kustomization, options, tree, loader.Root);
        ResourceSet resources;
        try
        {
            resources = target.Build();
        }
        finally
        {
            context.Warnings.ForEach(w => warn?.Invoke(w));
        }

        Sort(resources, target, legacyOrder);
        var metadata = target.Kustomization.BuildMetadata;
        if (metadata.Contains("managedByLabel"))
        {
            new EntryTransformer(s_managedBy, [new FieldSpec(Gvk.None, "metadata/labels", Create: true)]).Transform(resources);
        }

        var keepOrigin = metadata.Contains("originAnnotations");
        var keepTransformations = metadata.Contains("transformerAnnotations");
        foreach (var resource in resources.Items)
        {
            CleanAnnotations(resource, keepOrigin, keepTransformations);
            try
            {
                OutputCheck.CheckRoot(resource.Root!);
            }
            catch (KustomizeException e)
            {
                var place = e.Location is { Line: > 0 } at ? new SourceLocation(resource.Source?.File ?? "", at.Line, at.Column) : resource.Source;
                throw new KustomizeException($"{(place is null ? "" : $"{place}: ")}{resource}: {e.Message}", place, e);
            }
        }

        return resources;
    }

    private static void Sort(ResourceSet resources, KustomizationTarget target, bool legacyOrder)
    {
        var sort = target.Kustomization.SortOptions;
        var file = target.Kustomization.File;
        if (sort is null)
        {
            if (legacyOrder)
            {
                new SortTransformer().Transform(resources);
            }

            return;
        }

        if (sort.Order is not ("fifo" or "legacy"))
        {
            throw new KustomizeException($"{file}: the field 'sortOptions.order' must be one of [fifo, legacy]", new SourceLocation(file));
        }

        if (sort.Order == "legacy")
        {
            new SortTransformer(sort.Legacy).Transform(resources);
        }
        else if (sort.Legacy is not null)
        {
            throw new KustomizeException($"{file}: the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'", new SourceLocation(file));
        }
    }

    /// <summary>Takes the build's own annotations out. As in kustomize, what stays is text afterwards, and an empty map goes.</summary>
    private static void CleanAnnotations(Resource resource, bool keepOrigin, bool keepTransformations)
    {
        if (resource.Root!["metadata"] is not MapNode metadata || metadata["annotations"] is not { } node)
        {
            return;
        }

        if (node is ListNode { Count: > 0 } or MapNode { Repeats.Count: > 0 })
        {
            resource.SetAnnotations(resource.Annotations());
            node = metadata["annotations"]!;
        }

        if (node is not MapNode annotations || annotations.Count == 0)
        {
            metadata.Remove("annotations");
            return;
        }

        for (var i = annotations.Count - 1; i >= 0; i--)
        {
            var entry = annotations.EntryAt(i);
            if (BuildAnnotations.Contains(entry.Key)
                || (!keepOrigin && entry.Key == BuildAnnotations.Origin)
                || (!keepTransformations && entry.Key == BuildAnnotations.Transformations))
            {
                annotations.RemoveAt(i);
            }
            else if (entry.Value is not ScalarNode { Kind: ScalarKind.String, Style: ScalarStyle.Plain })
            {
                annotations.Set(entry.Key, new ScalarNode(ScalarKind.String, Tree.Text(entry.Value)));
            }
        }

        if (annotations.Count == 0)
        {
            metadata.Remove("annotations");
            return;
        }

        // The keys are written anew without quotes, so each means what it looks like.
        for (var i = 0; i < annotations.Count; i++)
        {
            var key = annotations.EntryAt(i).Key;
            var kind = YamlResolver.Resolve(key, YamlSchema.Kustomize);
            if (kind != annotations.EntryAt(i).KeyKind)
            {
                var entry = annotations.EntryAt(i) with { KeyKind = kind };
                annotations.RemoveAt(i);
                annotations.Insert(i, entry);
            }
        }
    }
}
