namespace GitOps.Kustomize.Definition;

/// <summary>The charts of a kustomization, of <c>helmCharts</c> and of the older <c>helmChartInflationGenerator</c>, as the entries of the first.</summary>
internal sealed record HelmChartList(List<MapNode> Charts, MapNode? Globals)
{
    private static readonly string[] s_texts = ["name", "version", "repo", "releaseName", "namespace", "valuesFile", "valuesMerge", "kubeVersion", "nameTemplate"];
    private static readonly string[] s_flags = ["includeCRDs", "skipHooks", "skipTests", "debug", "devel"];
    private static readonly string[] s_lists = ["additionalValuesFiles", "apiVersions"];

    // What the older field calls these.
    private static readonly (string Old, string New)[] s_renamed =
    [
        ("chartName", "name"), ("chartVersion", "version"), ("chartRepoUrl", "repo"), ("values", "valuesFile"), ("valuesMerge", "valuesMerge"), ("releaseName", "releaseName"),
    ];

    public static HelmChartList Read(ConfigReader reader)
    {
        var charts = reader.Objects("helmCharts", ReadChart);
        var globals = reader.Object("helmGlobals", ReadGlobals);
        var home = "";
        charts.AddRange(reader.Objects("helmChartInflationGenerator", r => ReadOldChart(r, ref home)));
        if (globals is null && home.Length > 0)
        {
            globals = new MapNode();
            globals.Set("chartHome", home);
        }

        return new HelmChartList(charts, globals);
    }

    private static MapNode ReadChart(ConfigReader reader)
    {
        var chart = reader.Place(new MapNode());
        foreach (var name in s_texts)
        {
            SetText(chart, name, reader.Text(name));
        }

        foreach (var name in s_flags)
        {
            if (reader.Flag(name))
            {
                chart.Set(name, ScalarNode.Boolean(true));
            }
        }

        foreach (var name in s_lists)
        {
            if (reader.Strings(name) is { Count: > 0 } items)
            {
                var list = new ListNode();
                items.ForEach(i => list.Add(ScalarNode.String(i)));
                chart.Set(name, list);
            }
        }

        SetValues(chart, reader, "valuesInline");
        return chart;
    }

    private static MapNode ReadGlobals(ConfigReader reader)
    {
        var globals = reader.Place(new MapNode());
        SetText(globals, "chartHome", reader.Text("chartHome"));
        SetText(globals, "configHome", reader.Text("configHome"));
        return globals;
    }

    private static MapNode ReadOldChart(ConfigReader reader, ref string home)
    {
        var chart = reader.Place(new MapNode());
        foreach (var (old, name) in s_renamed)
        {
            SetText(chart, name, reader.Text(old));
        }

        SetValues(chart, reader, "valuesLocal");
        home = reader.Text("chartHome") is { Length: > 0 } own ? own : home;

        // These have no meaning any more but are still fields.
        _ = (reader.Text("chartRepoName"), reader.Text("helmBin"), reader.Text("helmHome"), reader.Text("releaseNamespace"), reader.Strings("extraArgs"));
        return chart;
    }

    private static void SetText(MapNode map, string name, string value)
    {
        if (value.Length > 0)
        {
            map.Set(name, value);
        }
    }

    private static void SetValues(MapNode chart, ConfigReader reader, string field)
    {
        if (reader.ObjectNode(field) is { } values)
        {
            chart.Set("valuesInline", values);
        }
    }
}
