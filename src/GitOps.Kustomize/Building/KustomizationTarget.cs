using GitOps.Kustomize.Configuration;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Transformers;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Building;

/// <summary>One kustomization on its way to resources.</summary>
internal sealed partial class KustomizationTarget
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
}
