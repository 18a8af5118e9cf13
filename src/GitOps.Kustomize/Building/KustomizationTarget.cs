using GitOps.Kustomize.Configuration;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Generators;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Transformers;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Building;

/// <summary>One kustomization on its way to resources.</summary>
internal sealed class KustomizationTarget
{
    private const int MaxDepth = 100;

    private readonly BuildContext _context;
    private readonly Loader _loader;
    private readonly Plugins _plugins;
    private readonly int _depth;
    private Origin? _origin;
    private string _helmNamespace = "";

    public KustomizationTarget(BuildContext context, Loader loader, int depth = 0)
    {
        _context = context;
        _loader = loader;
        _depth = depth;
        _plugins = new Plugins(context, loader);
        Kustomization = Kustomization.Load(loader);
        foreach (var warning in Kustomization.Warnings)
        {
            context.Warnings.Add(Diagnostic.Warning("Deprecated", warning, new SourceLocation(Kustomization.File)));
        }
    }

    public Kustomization Kustomization { get; }

    /// <summary>Gathers, transforms, hashes names, follows references, resolves variables and drops what is local.</summary>
    public ResourceSet Build()
    {
        return Located(BuildAll);
    }

    private ResourceSet BuildAll()
    {
        UseSchema();
        _origin = Kustomization.BuildMetadata.Count > 0 ? new Origin() : null;
        var accumulator = Accumulate(new Accumulator());
        new HashTransformer().Transform(accumulator.Resources);
        new NameReferenceTransformer(accumulator.Config.NameReferences).Transform(accumulator.Resources);
        new VarTransformer(accumulator).Transform(accumulator.Resources);
        DropLocal(accumulator.Resources);
        return accumulator.Resources;
    }

    private static void DropLocal(ResourceSet resources)
    {
        // No two of what is left may have one id, even where replacements gave it to them.
        var kept = new ResourceSet();
        foreach (var resource in resources.Items)
        {
            if (resource.IsEmpty)
            {
                continue;
            }

            if (Tree.Value(resource.Root!["kind"]).Length == 0)
            {
                throw new KustomizeException($"missing kind in object {resource}{ResourceSet.At(resource)}", resource.Source);
            }

            if (resource.Name.Length == 0 && !resource.Kind.EndsWith("List", StringComparison.Ordinal))
            {
                throw new KustomizeException($"missing metadata.name in object {resource}{ResourceSet.At(resource)}", resource.Source);
            }

            if (!IsLocal(resource))
            {
                kept.Append(resource);
            }
        }

        if (kept.Count < resources.Count)
        {
            var ids = kept.Items.Select(r => r.CurrentId).ToHashSet();
            resources.Reset(resources.Items.Where(r => !r.IsEmpty && ids.Contains(r.CurrentId)));
        }
    }

    private static bool IsLocal(Resource resource) =>
        resource.Root!["metadata"] is MapNode metadata && metadata["annotations"] is not null
        && resource.Annotations().TryGetValue(BuildAnnotations.LocalConfig, out var local) && local != "false";

    /// <summary>Does a part of the build; a failure that names no file names the kustomization.</summary>
    private T Located<T>(Func<T> part)
    {
        try
        {
            return part();
        }
        catch (KustomizeException e) when (e.Location is null or { File: "" })
        {
            throw new KustomizeException($"{Kustomization.File}: {e.Message}", new SourceLocation(Kustomization.File), e);
        }
    }

    private Accumulator Accumulate(Accumulator accumulator) => Located(() => AccumulateAll(accumulator));

    private Accumulator AccumulateAll(Accumulator accumulator)
    {
        _context.CancellationToken.ThrowIfCancellationRequested();
        if (_depth > MaxDepth)
        {
            throw new KustomizeException($"kustomizations build on each other deeper than {MaxDepth}");
        }

        try
        {
            accumulator = AccumulateResources(accumulator, Kustomization.Resources);
        }
        catch (GitOpsException e)
        {
            throw KustomizeException.Wrap("accumulating resources", e);
        }

        accumulator.MergeConfig(ReadConfigurations());
        foreach (var crd in Kustomization.Crds)
        {
            accumulator.MergeConfig(CrdConfig.Read(_loader.Load(crd, out var file), file));
        }

        RunGenerators(accumulator);
        accumulator = AccumulateComponents(accumulator);
        RunTransformers(accumulator);
        RunValidators(accumulator);
        accumulator.MergeVars(Kustomization.Vars);
        return accumulator;
    }

    private TransformerConfig ReadConfigurations()
    {
        var custom = TransformerConfig.Empty;
        foreach (var path in Kustomization.Configurations)
        {
            custom = custom.Merge(TransformerConfig.Read(_loader.Load(path, out var file), file));
        }

        return TransformerConfig.Default.Merge(custom);
    }

    private void UseSchema()
    {
        var file = "";
        var text = Kustomization.OpenApiPath is { } path ? _loader.LoadText(path, out file) : null;
        _context.Schema.Use(Kustomization.OpenApiVersion, text, file);
    }

    private Accumulator AccumulateResources(Accumulator accumulator, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var fileError = TryAccumulateFile(accumulator, path);
            if (fileError is null)
            {
                continue;
            }

            Loader loader;
            try
            {
                loader = _loader.New(path);
            }
            catch (GitOpsException e)
            {
                if (RemoteReference.IsRemote(path) || Loader.IsRemote(path))
                {
                    // Which of the two it should have been, the URL does not say; the repository is what is usual.
                    throw e is KustomizeException && RemoteReference.IsRemote(path) ? e : RemoteReference.IsRemote(path) ? KustomizeException.Wrap($"remote base '{path}'", e) : fileError;
                }

                // A file that cannot be read is not helped by being no directory.
                throw fileError.Location is { Line: > 0 } || fileError is YamlException || fileError.Reason == Reasons.LimitExceeded
                    ? fileError
                    : new KustomizeException($"resource '{path}' of {Kustomization.File}: accumulation err='{fileError.Message}': {e.Message}", fileError.Location ?? e.Location, e);
            }

            var outer = _origin;
            _origin = outer?.Append(path);
            try
            {
                accumulator = AccumulateDirectory(accumulator, loader, component: false);
            }
            catch (GitOpsException e)
            {
                throw KustomizeException.Wrap($"resource '{path}' of {Kustomization.File}", e);
            }
            finally
            {
                _origin = outer;
            }
        }

        return accumulator;
    }

    private GitOpsException? TryAccumulateFile(Accumulator accumulator, string path)
    {
        List<Resource> resources;
        try
        {
            resources = _context.Reader.Read(_loader.Load(path, out var file), file);
            if (_origin is not null)
            {
                var origin = _origin.Append(path).ToString();
                foreach (var resource in resources)
                {
                    Tree.SetField(Tree.MapAt(Tree.MapAt(resource.Root!, "metadata"), "annotations"), BuildAnnotations.Origin, origin, ScalarKind.String);
                }
            }
        }
        catch (GitOpsException e)
        {
            return e is YamlException yaml ? new YamlException(yaml.Reason, $"MalformedYAMLError: {yaml.Problem}", yaml.Location!, yaml) : e;
        }

        foreach (var resource in resources)
        {
            accumulator.Resources.Append(resource);
        }

        return null;
    }

    private Accumulator AccumulateComponents(Accumulator accumulator)
    {
        foreach (var path in Kustomization.Components)
        {
            var outer = _origin;
            try
            {
                var loader = _loader.New(path);
                _origin = outer?.Append(path);
                accumulator = AccumulateDirectory(accumulator, loader, component: true);
            }
            catch (GitOpsException e)
            {
                throw KustomizeException.Wrap($"accumulating components: '{path}' of {Kustomization.File}", e);
            }
            finally
            {
                _origin = outer;
            }
        }

        return accumulator;
    }

    private Accumulator AccumulateDirectory(Accumulator accumulator, Loader loader, bool component)
    {
        var target = new KustomizationTarget(_context, loader, _depth + 1) { _origin = _origin };
        target.Kustomization.BuildMetadata = Kustomization.BuildMetadata;
        target._helmNamespace = Kustomization.Namespace.Length > 0 ? Kustomization.Namespace : _helmNamespace;
        target.Located(() =>
        {
            target.UseSchema();
            return true;
        });
        if (component != target.Kustomization.IsComponent)
        {
            throw new KustomizeException(component
                ? $"expected kind 'Component' for path '{loader.Root}' but got 'Kustomization'"
                : $"expected kind != 'Component' for path '{loader.Root}'",
                new SourceLocation(target.Kustomization.File));
        }

        if (component)
        {
            // A component works on what its parent has gathered, not on a set of its own.
            var own = target.Accumulate(accumulator);
            var merged = new Accumulator();
            merged.Merge(own);
            return merged;
        }

        accumulator.Merge(target.Accumulate(new Accumulator()));
        return accumulator;
    }

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

    private Origin? OfBuiltIn(string kind) =>
        _origin is null ? null : new Origin(Repository: _origin.Repository, Reference: _origin.Reference, ConfiguredIn: Origin.Join(_origin.Path, Kustomization.FileName), ConfiguredByApiVersion: "builtin", ConfiguredByKind: kind);

    private static Origin? OfPlugin(Resource config)
    {
        if (!config.Annotations().TryGetValue(BuildAnnotations.Origin, out var text))
        {
            return null;
        }

        var origin = Origin.Read(YamlReader.ReadFirst(text, "", YamlReaderOptions.Default));
        return new Origin(
            Repository: origin.Repository,
            Reference: origin.Reference,
            ConfiguredIn: origin.Path,
            ConfiguredByApiVersion: config.ApiVersion,
            ConfiguredByKind: config.Kind,
            ConfiguredByName: config.Name,
            ConfiguredByNamespace: config.Namespace);
    }

    private static void AddOrigin(Resource resource, Origin? origin)
    {
        if (origin is null)
        {
            return;
        }

        var annotations = resource.Annotations();
        if (annotations.TryAdd(BuildAnnotations.Origin, origin.ToString()))
        {
            resource.SetAnnotations(annotations);
        }
    }

    private static void AddTransformation(ResourceSet resources, Origin origin)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.Root is null)
            {
                continue;
            }

            var annotations = resource.Annotations();
            if (annotations.TryAdd(BuildAnnotations.Origin, origin.ToString()))
            {
                resource.SetAnnotations(annotations);
                continue;
            }

            var list = annotations.TryGetValue(BuildAnnotations.Transformations, out var text) && YamlReader.ReadFirst(text, "", YamlReaderOptions.Default) is ListNode known
                ? known.Select(Origin.Read).ToList()
                : [];
            list.Add(origin);
            annotations[BuildAnnotations.Transformations] = Origin.ListText(list);
            resource.SetAnnotations(annotations);
        }
    }
}
