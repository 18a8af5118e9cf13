using GitOps.Helm.Charts;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm.Rendering;

/// <summary>What the templates of each chart see as their dot.</summary>
internal sealed class TemplateScope
{
    private readonly Dictionary<string, object?> _release;
    private readonly CapabilitiesObject _capabilities;

    private TemplateScope(Dictionary<string, object?> release, CapabilitiesObject capabilities)
    {
        _release = release;
        _capabilities = capabilities;
    }

    /// <summary>The templates by name.</summary>
    public Dictionary<string, ChartFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The dot and the base path of each template by name.</summary>
    public Dictionary<string, (HelmValues Dot, string BasePath)> Dots { get; } = new(StringComparer.Ordinal);

    /// <summary>Gathers the templates of a chart and its subcharts.</summary>
    public static TemplateScope Build(Chart chart, Dictionary<string, object?> values, Dictionary<string, object?> release, CapabilitiesObject capabilities)
    {
        var scope = new TemplateScope(release, capabilities);
        scope.Add(chart, new HelmValues(values));
        return scope;
    }

    private HelmValues Add(Chart chart, HelmValues values)
    {
        var metadata = chart.Metadata.ToTemplateMap();
        metadata["IsRoot"] = chart.IsRoot;
        var files = ValueTree.NewMap(chart.Files.Count);
        foreach (var file in chart.Files)
        {
            files[file.Name] = file.Data;
        }

        var subcharts = ValueTree.NewMap(chart.Dependencies.Count);
        var dot = new HelmValues
        {
            ["Chart"] = metadata,
            ["Files"] = new FilesObject(files),
            ["Release"] = _release,
            ["Capabilities"] = _capabilities,
            ["Values"] = values,
            ["Subcharts"] = subcharts,
        };
        foreach (var child in chart.Dependencies)
        {
            subcharts[child.Name] = Add(child, ValuesOf(values, child.Name)).Items;
        }

        var path = chart.FullPath;
        var basePath = GoPath.Clean($"{path}/templates");
        foreach (var template in chart.Templates)
        {
            // A library lends its partials only.
            if (!chart.Metadata.IsLibrary || GoPath.Base(template.Name).StartsWith('_'))
            {
                var name = GoPath.Clean($"{path}/{template.Name}");
                Files[name] = template;
                Dots[name] = (dot, basePath);
            }
        }

        return dot;
    }

    /// <summary>A subchart's values are the parent's table of its name: what one of them sets, the other sees.</summary>
    private static HelmValues ValuesOf(HelmValues parent, string name)
    {
        return new HelmValues(TypedMap.MapOf(parent.Items.GetValueOrDefault(name)) ?? ValueTree.NewMap());
    }
}
