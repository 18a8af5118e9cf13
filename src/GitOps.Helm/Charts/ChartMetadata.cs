using GitOps.Helm.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm.Charts;

/// <summary>What Chart.yaml says. Processing changes name and dependencies, so each render has its own.</summary>
internal sealed class ChartMetadata
{
    public string Name { get; set; } = "";

    public string Home { get; set; } = "";

    public IReadOnlyList<string> Sources { get; set; } = [];

    public string Version { get; set; } = "";

    public string Description { get; set; } = "";

    public IReadOnlyList<string> Keywords { get; set; } = [];

    /// <summary>Null entries are refused by validation.</summary>
    public IReadOnlyList<ChartMaintainer?> Maintainers { get; set; } = [];

    public string Icon { get; set; } = "";

    public string ApiVersion { get; set; } = "";

    public string Condition { get; set; } = "";

    public string Tags { get; set; } = "";

    public string AppVersion { get; set; } = "";

    public bool Deprecated { get; set; }

    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    public string KubeVersion { get; set; } = "";

    /// <summary>Null when the chart declares none, which is not the same as an empty list: then nothing is processed.</summary>
    public List<ChartDependency?>? Dependencies { get; set; }

    public string Type { get; set; } = "";

    public bool IsLibrary => Type.Equals("library", StringComparison.OrdinalIgnoreCase);

    /// <summary>A copy with dependencies of its own.</summary>
    public ChartMetadata Clone()
    {
        var clone = (ChartMetadata)MemberwiseClone();
        clone.Dependencies = Dependencies is null ? null : [.. Dependencies.Select(d => d?.Clone())];
        return clone;
    }

    /// <summary>The map that templates see as <c>.Chart</c>.</summary>
    public Dictionary<string, object?> ToTemplateMap()
    {
        var map = ValueTree.NewMap(20);
        map["Name"] = Name;
        map["Home"] = Home;
        map["Sources"] = List(Sources);
        map["Version"] = Version;
        map["Description"] = Description;
        map["Keywords"] = List(Keywords);
        map["Maintainers"] = Maintainers.Select(object? (m) =>
        {
            var maintainer = ValueTree.NewMap(3);
            maintainer["Name"] = m?.Name;
            maintainer["Email"] = m?.Email;
            maintainer["URL"] = m?.Url;
            return maintainer;
        }).ToList();
        map["Icon"] = Icon;
        map["APIVersion"] = ApiVersion;
        map["Condition"] = Condition;
        map["Tags"] = Tags;
        map["AppVersion"] = AppVersion;
        map["Deprecated"] = Deprecated;
        map["Annotations"] = Strings(Annotations);
        map["KubeVersion"] = KubeVersion;
        map["Dependencies"] = (Dependencies ?? []).Select(object? (d) => d is null ? null : Dependency(d)).ToList();
        map["Type"] = Type;
        return map;
    }

    private static Dictionary<string, object?> Dependency(ChartDependency dependency)
    {
        var map = ValueTree.NewMap(8);
        map["Name"] = dependency.Name;
        map["Version"] = dependency.Version;
        map["Repository"] = dependency.Repository;
        map["Condition"] = dependency.Condition;
        map["Tags"] = List(dependency.Tags);
        map["Enabled"] = dependency.Enabled;
        map["ImportValues"] = dependency.ImportValues.ToList();
        map["Alias"] = dependency.Alias;
        return map;
    }

    private static List<object?> List(IReadOnlyList<string> items) => [.. items];

    private static TypedMap Strings(IReadOnlyDictionary<string, string>? map)
    {
        if (map is null)
        {
            return TypedMap.OfStrings(new NilMap());
        }

        var items = ValueTree.NewMap(map.Count);
        foreach (var (key, value) in map)
        {
            items[key] = value;
        }

        return TypedMap.OfStrings(items);
    }
}
