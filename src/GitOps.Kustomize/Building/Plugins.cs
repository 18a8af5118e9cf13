using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Generators;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Transformers;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Building;

/// <summary>Makes transformers and generators of configuration objects: kustomize's built-in ones, and the host's own.</summary>
internal sealed class Plugins
{
    private readonly BuildContext _context;
    private readonly Loader _loader;

    public Plugins(BuildContext context, Loader loader)
    {
        _context = context;
        _loader = loader;
    }

    public Func<List<Resource>> Generator(Resource config)
    {
        if (Custom(config) is { } custom)
        {
            return () => Run(custom, config, []);
        }

        var (reader, file) = Configure(config);
        switch (config.Kind)
        {
            case "ConfigMapGenerator" or "SecretGenerator":
                var args = GeneratorArgs.Read(reader, config.Kind == "SecretGenerator");
                if (reader.Object("metadata") is { } metadata)
                {
                    args = args with
                    {
                        Name = args.Name.Length == 0 ? metadata.Text("name") : args.Name,
                        Namespace = args.Namespace.Length == 0 ? metadata.Text("namespace") : args.Namespace,
                    };
                }

                return () => [new DataGenerator(args, _loader, _context, file).Generate()];
            case "IAMPolicyGenerator":
                var policy = IamServiceAccount(reader, file);
                return () => [_context.Reader.Make(policy, file)];
            case "HelmChartInflationGenerator":
                return () => Inflate(_context, _loader, config.Root!, config.Root!, file);
            default:
                throw BuiltInKinds.IsTransformer(config.Kind)
                    ? new KustomizeException($"plugin {config} not a generator{ResourceSet.At(config)}", config.Source)
                    : new KustomizeException($"unable to load builtin {config.Gvk}{ResourceSet.At(config)}", config.Source);
        }
    }

    public ITransformer Transformer(Resource config)
    {
        if (Custom(config) is { } custom)
        {
            return new CustomTransformer(this, custom, config);
        }

        var (reader, file) = Configure(config);
        try
        {
            return BuiltIn(config, reader, file);
        }
        catch (KustomizeException e)
        {
            throw new KustomizeException($"plugin {config} fails configuration{ResourceSet.At(config)}: {e.Message}", e.Location ?? config.Source, e);
        }
    }

    public static List<Resource> Inflate(BuildContext context, Loader loader, MapNode chart, MapNode? globals, string file)
    {
        if (context.ChartInflator is null)
        {
            throw new KustomizeException($"{file}: helmCharts need a Helm renderer and none is enabled: render the chart as a Helm release, or enable Helm (the option EnableHelm, or --enable-helm)", new SourceLocation(file));
        }

        // The inflator reads from the tree itself; what the kustomization may load is for the loader to say.
        foreach (var values in (chart.GetList("additionalValuesFiles") ?? []).Append(chart["valuesFile"]).OfType<ScalarNode>().Where(v => Tree.Value(v).Length > 0))
        {
            loader.Load(values.Text, out _);
        }

        try
        {
            var resources = context.Reader.MakeAll(context.ChartInflator.Inflate(chart, globals, loader.Tree, loader.Root, context.CancellationToken), file);
            resources.ForEach(r => r.IsHelmGenerated = true);
            return resources;
        }
        catch (GitOpsException e) when (e.Location is null or { File: "" })
        {
            throw new KustomizeException($"{file}: {e.Message}", new SourceLocation(file, e.Location?.Line ?? 0, e.Location?.Column ?? 0), e);
        }
    }

    private ITransformer BuiltIn(Resource config, ConfigReader reader, string file)
    {
        List<FieldSpec> Specs() => reader.Objects("fieldSpecs", FieldSpec.Read);
        switch (config.Kind)
        {
            case "NamespaceTransformer":
                return new NamespaceTransformer(reader.Object("metadata")?.Text("namespace") ?? "", Specs(), reader.Flag("unsetOnly"), reader.Text("setRoleBindingSubjects"));
            case "PrefixTransformer":
                return new NameTransformer(reader.Text("prefix"), "", Needed(reader));
            case "SuffixTransformer":
                return new NameTransformer("", reader.Text("suffix"), Needed(reader));
            case "PrefixSuffixTransformer":
                return new Sequence(new NameTransformer(reader.Text("prefix"), "", Needed(reader)), new NameTransformer("", reader.Text("suffix"), Needed(reader)));
            case "LabelTransformer":
                return new EntryTransformer(reader.Map("labels") ?? [], Specs());
            case "AnnotationsTransformer":
                return new EntryTransformer(reader.Map("annotations") ?? [], Specs());
            case "ImageTagTransformer":
                return new ImageTransformer(reader.Object("imageTag", Image.Read) ?? new Image("", "", "", "", ""), Specs());
            case "ReplicaCountTransformer":
                return new ReplicaTransformer(reader.Object("replica", Replica.Read) ?? new Replica("", 0), Specs());
            case "PatchTransformer":
                return new PatchTransformer(Patch.Read(reader), _context, _loader, file);
            case "PatchStrategicMergeTransformer":
                return new StrategicMergeTransformer(reader.Strings("paths"), reader.Text("patches"), _context, _loader, file);
            case "PatchJson6902Transformer":
                return new JsonPatchTransformer(reader.Object("target", Selector.Read), reader.Text("path"), reader.Text("jsonOp"), _loader, file);
            case "ReplacementTransformer":
                return new ReplacementTransformer(reader.Objects("replacements", Replacement.Read), _loader, file);
            case "HashTransformer":
                return new HashTransformer();
            case "ValueAddTransformer":
                return new ValueAddTransformer(reader, _loader, file);
            default:
                throw BuiltInKinds.IsGenerator(config.Kind)
                    ? new KustomizeException($"plugin {config} not a transformer")
                    : new KustomizeException($"unable to load builtin {config.Gvk}");
        }
    }

    private static List<FieldSpec> Needed(ConfigReader reader) =>
        reader.Has("fieldSpecs") ? reader.Objects("fieldSpecs", FieldSpec.Read) : throw new KustomizeException("fieldSpecs is not expected to be nil");

    private (ConfigReader Reader, string File) Configure(Resource config)
    {
        if (config.Gvk is not { Group: "", Version: "builtin" })
        {
            throw new KustomizeException(
                $"external plugins disabled; unable to load external plugin '{config.Kind}'{ResourceSet.At(config)}: register a managed transformer for {config.ApiVersion} {config.Kind}",
                config.Source);
        }

        var file = config.Source?.File ?? "";
        OutputCheck.CheckRoot(config.Root!);
        return (new ConfigReader((MapNode)JsonTree.Normalize(config.Root!), file, strict: false, converts: config.Kind is not ("ConfigMapGenerator" or "SecretGenerator" or "IAMPolicyGenerator")), file);
    }

    private IKustomizeTransformer? Custom(Resource config) => _context.CustomTransformers.FirstOrDefault(t => t.Handles(config.ApiVersion, config.Kind));

    private List<Resource> Run(IKustomizeTransformer custom, Resource config, IReadOnlyList<Resource> resources)
    {
        var byRoot = new Dictionary<MapNode, Resource>(ReferenceEqualityComparer.Instance);
        foreach (var resource in resources)
        {
            byRoot[resource.Root!] = resource;
        }

        var results = custom.Transform(config.Root!, [.. resources.Select(r => r.Root!)]);
        return [.. results.Select(r => byRoot.GetValueOrDefault(r) ?? _context.Reader.Make(r, config.Source?.File ?? ""))];
    }

    private static MapNode IamServiceAccount(ConfigReader reader, string file)
    {
        var cloud = reader.Text("cloud");
        if (cloud != "gke")
        {
            throw new KustomizeException($"{file}: cloud provider {cloud} not supported yet", new SourceLocation(file));
        }

        var service = reader.Object("kubernetesService");
        var account = reader.Object("serviceAccount");
        var metadata = new MapNode();
        var annotations = new MapNode();
        annotations.Set("iam.gke.io/gcp-service-account", $"{account?.Text("name")}@{account?.Text("projectId")}.iam.gserviceaccount.com");
        metadata.Set("annotations", annotations);
        metadata.Set("name", service?.Text("name") ?? "");
        if (service?.Text("namespace") is { Length: > 0 } ns)
        {
            metadata.Set("namespace", ns);
        }

        var root = new MapNode();
        root.Set("apiVersion", "v1");
        root.Set("kind", "ServiceAccount");
        root.Set("metadata", metadata);
        return root;
    }

    private sealed class Sequence(params ITransformer[] transformers) : ITransformer
    {
        public void Transform(ResourceSet resources)
        {
            foreach (var transformer in transformers)
            {
                transformer.Transform(resources);
            }
        }
    }

    private sealed class CustomTransformer(Plugins plugins, IKustomizeTransformer custom, Resource config) : ITransformer
    {
        public void Transform(ResourceSet resources)
        {
            var results = plugins.Run(custom, config, resources.Items);
            resources.Reset([]);
            foreach (var resource in results)
            {
                resources.Append(resource);
            }
        }
    }
}
