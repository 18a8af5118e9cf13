using GitOps.Kustomize.Configuration;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Generators;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Transformers;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Building;

/// <content>Generators, transformers and validators, in the order in which kustomize runs them.</content>
internal sealed partial class KustomizationTarget
{
    private void RunGenerators(Accumulator accumulator)
    {
        foreach (var args in Kustomization.ConfigMaps.Concat(Kustomization.Secrets))
        {
            var own = args with { Options = GeneratorOptions.Merge(args.Options, Kustomization.GeneratorOptions) };
            var resource = new DataGenerator(own, _loader, _context, Kustomization.File).Generate();
            AddOrigin(resource, OfBuiltIn(own.IsSecret ? "SecretGenerator" : "ConfigMapGenerator"));
            Absorb(accumulator, resource);
        }

        foreach (var chart in Kustomization.HelmCharts)
        {
            var entry = (MapNode)chart.DeepClone();
            var ns = Kustomization.Namespace.Length > 0 ? Kustomization.Namespace : _helmNamespace;
            if (Tree.Value(entry["namespace"]).Length == 0 && ns.Length > 0)
            {
                entry.Set("namespace", ns);
            }

            foreach (var resource in Plugins.Inflate(_context, _loader, entry, Kustomization.HelmGlobals, Kustomization.File))
            {
                AddOrigin(resource, OfBuiltIn("HelmChartInflationGenerator"));
                Absorb(accumulator, resource);
            }
        }

        var configs = LoadPlugins(Kustomization.Generators, "generator");
        var generators = configs.Resources.Items.Select(c => (Config: c, Generate: _plugins.Generator(c))).ToList();
        foreach (var (config, generate) in generators)
        {
            foreach (var resource in generate())
            {
                AddOrigin(resource, OfPlugin(config));
                Absorb(accumulator, resource);
            }
        }
    }

    private void Absorb(Accumulator accumulator, Resource resource)
    {
        try
        {
            accumulator.Absorb(resource);
        }
        catch (KustomizeException e)
        {
            throw new KustomizeException($"{Kustomization.File}: merging from generator: {e.Message}", e.Location ?? new SourceLocation(Kustomization.File), e);
        }
    }

    private Accumulator LoadPlugins(List<string> entries, string what)
    {
        var accumulator = new Accumulator();
        if (entries.Count == 0)
        {
            return accumulator;
        }

        var paths = new List<string>();
        foreach (var entry in entries)
        {
            List<Resource> inline;
            try
            {
                inline = _context.Reader.Read(entry, Kustomization.File);
            }
            catch (GitOpsException)
            {
                paths.Add(entry);
                continue;
            }

            foreach (var resource in inline)
            {
                if (_origin is not null)
                {
                    Tree.SetField(Tree.MapAt(Tree.MapAt(resource.Root!, "metadata"), "annotations"), BuildAnnotations.Origin, _origin.Append(Kustomization.FileName).ToString(), ScalarKind.String);
                }

                accumulator.Resources.Append(resource);
            }
        }

        try
        {
            return AccumulateResources(accumulator, paths);
        }
        catch (GitOpsException e)
        {
            throw KustomizeException.Wrap($"loading {what} plugins of {Kustomization.File}", e);
        }
    }

    private void RunTransformers(Accumulator accumulator)
    {
        var k = Kustomization;
        var config = accumulator.Config;
        var transformers = new List<(ITransformer Transformer, Origin? Origin)>();
        void Add(ITransformer transformer, string kind) => transformers.Add((transformer, OfBuiltIn(kind)));

        if (k.PatchesStrategicMerge.Count > 0)
        {
            Add(new StrategicMergeTransformer(k.PatchesStrategicMerge, "", _context, _loader, k.File), "PatchStrategicMergeTransformer");
        }

        foreach (var patch in k.Patches)
        {
            Add(new PatchTransformer(patch, _context, _loader, k.File), "PatchTransformer");
        }

        if (k.Namespace.Length > 0)
        {
            Add(new NamespaceTransformer(k.Namespace, config.Namespace), "NamespaceTransformer");
        }

        if (k.NamePrefix.Length > 0)
        {
            Add(new NameTransformer(k.NamePrefix, "", config.NamePrefix), "PrefixTransformer");
        }

        if (k.NameSuffix.Length > 0)
        {
            Add(new NameTransformer("", k.NameSuffix, config.NameSuffix), "SuffixTransformer");
        }

        AddLabels(k, config, Add);
        if (k.CommonAnnotations is { Count: > 0 })
        {
            Add(new EntryTransformer(k.CommonAnnotations, config.CommonAnnotations), "AnnotationsTransformer");
        }

        foreach (var patch in k.PatchesJson6902)
        {
            Add(new JsonPatchTransformer(patch.Target, patch.Path, patch.Text, _loader, k.File), "PatchJson6902Transformer");
        }

        foreach (var replica in k.Replicas)
        {
            Add(new ReplicaTransformer(replica, config.Replicas), "ReplicaCountTransformer");
        }

        foreach (var image in k.Images)
        {
            Add(new ImageTransformer(image, config.Images), "ImageTagTransformer");
        }

        if (k.Replacements.Count > 0)
        {
            Add(new ReplacementTransformer(k.Replacements, _loader, k.File), "ReplacementTransformer");
        }

        foreach (var plugin in LoadPlugins(k.Transformers, "transformer").Resources.Items)
        {
            transformers.Add((_plugins.Transformer(plugin), OfPlugin(plugin)));
        }

        foreach (var (transformer, origin) in transformers)
        {
            _context.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                transformer.Transform(accumulator.Resources);
            }
            catch (KustomizeException e)
            {
                throw new KustomizeException($"{k.File}: {e.Message}", e.Location ?? new SourceLocation(k.File), e);
            }

            if (origin is not null)
            {
                AddTransformation(accumulator.Resources, origin);
            }

            accumulator.Resources.DropEmpties();
        }
    }

    private static void AddLabels(Kustomization k, TransformerConfig config, Action<ITransformer, string> add)
    {
        if (k.Labels.Count == 0 && k.CommonLabels is not { Count: > 0 })
        {
            return;
        }

        foreach (var label in k.Labels)
        {
            var specs = TransformerConfig.MergeAll(label.Fields, config.Labels, "labels", sort: false);
            if (label.IncludeSelectors)
            {
                specs = TransformerConfig.MergeAll(specs, config.CommonLabels, "labels", sort: false);
            }
            else
            {
                if (label.IncludeTemplates)
                {
                    specs = TransformerConfig.MergeAll(specs, config.TemplateLabels, "template", sort: false);
                }

                specs = TransformerConfig.MergeAll(specs, [new FieldSpec(Gvk.None, "metadata/labels", true)], "labels", sort: false);
            }

            add(new EntryTransformer(label.Pairs, specs), "LabelTransformer");
        }

        add(new EntryTransformer(k.CommonLabels ?? [], config.CommonLabels), "LabelTransformer");
    }

    private void RunValidators(Accumulator accumulator)
    {
        foreach (var plugin in LoadPlugins(Kustomization.Validators, "validator").Resources.Items)
        {
            var before = new ResourceSnapshot(accumulator.Resources);
            _plugins.Transformer(plugin).Transform(accumulator.Resources);
            if (before.FindChanged(accumulator.Resources) is { } changed)
            {
                throw new KustomizeException($"{Kustomization.File}: validator shouldn't modify the resource map: {plugin} changes {changed}", plugin.Source);
            }
        }
    }
}
