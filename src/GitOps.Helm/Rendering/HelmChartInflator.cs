using GitOps.Helm.Charts;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;
using GitOps.Limits;
using GitOps.Yaml;

namespace GitOps.Helm.Rendering;

/// <summary>
/// Renders the entries of <c>helmCharts</c> as kustomize does with <c>--enable-helm</c>, but from charts in the source only: nothing is pulled and no program is run.
/// </summary>
/// <remarks>
/// Without <c>releaseName</c> and <c>nameTemplate</c> the release has the fixed name of <c>helm template</c>: the name that kustomize has generated holds the
/// time, so that every build would give other objects.
/// </remarks>
internal sealed class HelmChartInflator : IHelmChartInflator
{
    private const string DefaultHome = "charts";
    private const string NameTemplate = "nameTemplate";

    private static readonly YamlReaderOptions s_objects = new() { Schema = YamlSchema.Kustomize, AllowJsonEscapes = false };

    private readonly ChartCache _charts = new();

    /// <inheritdoc/>
    public IReadOnlyList<MapNode> Inflate(MapNode chart, MapNode? globals, IFileTree tree, TreePath directory, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(tree);
        var name = Text(chart, "name") ?? throw Wrong(chart, "chart name cannot be empty");
        var home = FindChart(chart, name, globals, tree, directory);
        var loaded = _charts.GetOrLoad(ChartLoader.ReadDirectory(tree, home, ChartLimits.Default, cancellationToken), ChartLimits.Default, cancellationToken);
        var options = new HelmOptions
        {
            ReleaseName = ReleaseName(chart, cancellationToken),
            Namespace = Text(chart, "namespace") ?? "default",
            Values = Values(chart, home, tree, directory),
            KubeVersion = Text(chart, "kubeVersion"),
            ApiVersions = Strings(chart, "apiVersions"),
            IncludeCrds = Flag(chart, "includeCRDs"),
            Hooks = Flag(chart, "skipHooks") ? HelmHookPolicy.Skip : Flag(chart, "skipTests") ? HelmHookPolicy.SkipTests : HelmHookPolicy.Include,
        };

        // Nothing in these options waits for anything, so the task is complete when it is handed out.
        var release = Blocking.Wait(HelmTemplate.RenderAsync(loaded, options, null, cancellationToken));
        var objects = new List<MapNode>();
        foreach (var document in YamlReader.ReadAll(release.ToYaml(), home.Value, s_objects))
        {
            switch (document)
            {
                case MapNode map:
                    objects.Add(map);
                    break;
                case { IsNull: true }:
                    break;
                default:
                    throw new HelmException($"chart {name} renders a document that is no Kubernetes object") { Location = new SourceLocation(home.Value) };
            }
        }

        return objects;
    }

    private static TreePath FindChart(MapNode chart, string name, MapNode? globals, IFileTree tree, TreePath directory)
    {
        var home = (globals is null ? null : Text(globals, "chartHome")) ?? DefaultHome;
        var version = Text(chart, "version");

        // A chart that kustomize has pulled lies in a directory that names its version.
        string[] places = version is not null && Text(chart, "repo") is not null ? [$"{home}/{name}-{version}/{name}", $"{home}/{name}"] : [$"{home}/{name}"];
        foreach (var place in places)
        {
            if (!directory.TryCombine(place, out var path))
            {
                throw Wrong(chart, $"the chart's directory '{place}' is absolute or leads out of the source");
            }

            if (tree.Find(path) is { Kind: TreeEntryKind.Directory })
            {
                return path;
            }
        }

        throw Wrong(chart, $"no chart found at '{places[0]}': charts are not pulled in a build, so bring the chart into the source below helmGlobals.chartHome");
    }

    private static string? ReleaseName(MapNode chart, CancellationToken cancellationToken)
    {
        var name = Text(chart, "releaseName");
        if (Text(chart, NameTemplate) is not { } template)
        {
            return name;
        }

        if (name is not null)
        {
            throw Wrong(chart, "cannot set nameTemplate and also specify a releaseName");
        }

        try
        {
            var set = new TemplateSet(HelmFunctions.Table);
            set.Parse(NameTemplate, template);
            return set.Execute(NameTemplate, null, new RunOptions(new HelmFunctionHost(), false), cancellationToken);
        }
        catch (TemplateException e)
        {
            throw new HelmException($"{NameTemplate}: {e.Message}", e) { Location = new SourceLocation("", chart.Line, chart.Column) };
        }
    }

    /// <summary>The values file, or the chart's own, with the inline values over or under it; then the additional files.</summary>
    private static List<HelmValuesSource> Values(MapNode chart, TreePath home, IFileTree tree, TreePath directory)
    {
        var how = Text(chart, "valuesMerge") ?? "override";
        if (how is not ("merge" or "override" or "replace"))
        {
            throw Wrong(chart, "valuesMerge must be one of [merge override replace]");
        }

        var file = Text(chart, "valuesFile");
        var sources = new List<HelmValuesSource>();
        var inline = chart.GetMap("valuesInline");
        if (inline is not { Count: > 0 })
        {
            if (file is not null)
            {
                sources.Add(new HelmValuesText(Read(chart, tree, directory, file), file));
            }
        }
        else if (how == "replace")
        {
            sources.Add(new HelmValuesTree(inline));
        }
        else
        {
            var own = home.Append("values.yaml");
            var text = file is not null ? Read(chart, tree, directory, file) : tree.Find(own) is { Kind: TreeEntryKind.File } ? Decode(tree.Read(own)) : "";
            var values = Parse(text, file ?? own.Value);
            sources.Add(new HelmValuesTree(how == "override" ? Lay(values, inline, 0) : Lay((MapNode)inline.DeepClone(), values, 0)));
        }

        sources.AddRange(Strings(chart, "additionalValuesFiles").Select(f => new HelmValuesText(Read(chart, tree, directory, f), f)));
        return sources;
    }

    /// <summary>Lays values over others as kustomize merges trees: a null takes the entry away, so that the chart's default counts again.</summary>
    private static MapNode Lay(MapNode below, MapNode above, int depth)
    {
        const int MaxDepth = 500;
        if (depth > MaxDepth)
        {
            throw new HelmException(Reasons.LimitExceeded, $"values nest deeper than {MaxDepth} levels");
        }

        foreach (var entry in above)
        {
            if (entry.Value.IsNull)
            {
                below.Remove(entry.Key);
            }
            else if (entry.Value is MapNode map)
            {
                below.Set(entry.Key, Lay(below.GetMap(entry.Key) ?? new MapNode(), map, depth + 1));
            }
            else
            {
                below.Set(entry.Key, entry.Value.DeepClone());
            }
        }

        return below;
    }

    private static MapNode Parse(string text, string file) => YamlReader.ReadAll(text, file, s_objects) switch
    {
        [] or [{ IsNull: true }] => new MapNode(),
        [MapNode map] => map,
        _ => throw new HelmException($"{file}: the values are not one map") { Location = new SourceLocation(file) },
    };

    private static string Read(MapNode chart, IFileTree tree, TreePath directory, string file) =>
        directory.TryCombine(file, out var path) && tree.Find(path) is { Kind: TreeEntryKind.File }
            ? Decode(tree.Read(path))
            : throw Wrong(chart, $"the values file '{file}' is not in the source: use a path relative to the kustomization");

    private static string Decode(ReadOnlyMemory<byte> bytes) => GoText.FromBytes(bytes.Span);

    private static string? Text(MapNode map, string field) => map.GetString(field) is { Length: > 0 } text ? text : null;

    private static bool Flag(MapNode map, string field) => map[field] is ScalarNode scalar && scalar.AsBoolean();

    private static List<string> Strings(MapNode map, string field) => [.. (map.GetList(field) ?? []).OfType<ScalarNode>().Select(s => s.Text)];

    private static HelmException Wrong(MapNode chart, string problem) =>
        new($"helmCharts: {(Text(chart, "name") is { } name ? $"chart {name}: " : "")}{problem}") { Location = new SourceLocation("", chart.Line, chart.Column) };
}
