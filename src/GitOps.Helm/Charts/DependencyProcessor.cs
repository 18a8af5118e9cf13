using GitOps.Helm.Values;

namespace GitOps.Helm.Charts;

/// <summary>
/// Decides which subcharts take part: aliases, conditions, tags; and carries values from children to parents (import-values).
/// The order of the steps is Helm's, for values decide about charts and charts bring values.
/// </summary>
internal static class DependencyProcessor
{
    /// <summary>Processes a chart and all below it, in place.</summary>
    /// <param name="chart">A chart of this render alone.</param>
    /// <param name="values">The user's values.</param>
    public static void Process(Chart chart, Dictionary<string, object?> values)
    {
        Enable(chart, values, "");
        ImportValues(chart);
    }

    /// <summary>The names of declared dependencies that the chart does not hold.</summary>
    public static IReadOnlyList<string> FindMissing(Chart chart)
    {
        var missing = new List<string>();
        foreach (var dependency in chart.Metadata.Dependencies ?? [])
        {
            if (dependency is not null && !chart.Dependencies.Any(d => string.Equals(d.Name, dependency.Name, StringComparison.Ordinal)))
            {
                missing.Add(dependency.Name);
            }
        }

        return missing;
    }

    private static void Enable(Chart chart, Dictionary<string, object?> values, string path)
    {
        if (chart.Metadata.Dependencies is not { } declared)
        {
            return;
        }

        var requirements = declared.OfType<ChartDependency>().ToList();

        // A chart that lies in charts/ without being declared always takes part, and so does one outside the declared range.
        var charts = chart.Dependencies
            .Where(c => !requirements.Exists(r => string.Equals(r.Name, c.Name, StringComparison.Ordinal) && IsCompatible(r.Version, c.Metadata.Version)))
            .ToList();
        foreach (var requirement in requirements)
        {
            if (FindAndCopy(chart.Dependencies, requirement) is { } found)
            {
                charts.Add(found);
            }

            if (requirement.Alias.Length > 0)
            {
                requirement.Name = requirement.Alias;
            }
        }

        chart.SetDependencies(charts);
        foreach (var requirement in requirements)
        {
            requirement.Enabled = true;
        }

        var chartValues = ValuesCoalescer.Coalesce(chart, values);
        ApplyTags(requirements, chartValues);
        ApplyConditions(requirements, chartValues, path);

        var disabled = requirements.Where(r => !r.Enabled).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var enabled = chart.Dependencies.Where(c => !disabled.Contains(c.Name)).ToList();
        foreach (var child in enabled)
        {
            Enable(child, chartValues, $"{path}{child.Name}.");
        }

        chart.Metadata.Dependencies = [.. requirements.Where(r => !disabled.Contains(r.Name))];
        if (chart.Metadata.Dependencies.Count == 0)
        {
            // Go's append of nothing to nil is nil.
            chart.Metadata.Dependencies = null;
        }

        chart.SetDependencies(enabled);
    }

    private static Chart? FindAndCopy(IReadOnlyList<Chart> charts, ChartDependency requirement)
    {
        foreach (var chart in charts)
        {
            if (!string.Equals(chart.Name, requirement.Name, StringComparison.Ordinal) || !IsCompatible(requirement.Version, chart.Metadata.Version))
            {
                continue;
            }

            var copy = chart.ShallowCopy();
            copy.Metadata = chart.Metadata.Clone();
            copy.SetDependencies(chart.Dependencies.Select(d => d.ShallowCopy()).ToList());
            if (requirement.Alias.Length > 0)
            {
                copy.Metadata.Name = requirement.Alias;
            }

            return copy;
        }

        return null;
    }

    private static bool IsCompatible(string constraint, string version) =>
        SemVersion.TryParse(version, out var v) && SemVerConstraint.TryParse(constraint, out var c) && c.Matches(v);

    private static void ApplyTags(List<ChartDependency> requirements, Dictionary<string, object?> values)
    {
        if (ValueTree.Table(values, "tags") is not { } tags)
        {
            return;
        }

        foreach (var requirement in requirements)
        {
            bool hasTrue = false, hasFalse = false;
            foreach (var tag in requirement.Tags)
            {
                if (tags.TryGetValue(tag, out var value) && value is bool flag)
                {
                    hasTrue |= flag;
                    hasFalse |= !flag;
                }
            }

            requirement.Enabled = hasTrue || !hasFalse;
        }
    }

    private static void ApplyConditions(List<ChartDependency> requirements, Dictionary<string, object?> values, string path)
    {
        foreach (var requirement in requirements)
        {
            // The first path that leads to a boolean decides.
            foreach (var condition in requirement.Condition.Trim().Split(','))
            {
                if (condition.Length > 0 && ValueTree.TryGetPath(values, path + condition, out var value) && value is bool flag)
                {
                    requirement.Enabled = flag;
                    break;
                }
            }
        }
    }

    private static void ImportValues(Chart chart)
    {
        foreach (var child in chart.Dependencies)
        {
            ImportValues(child);
        }

        if (chart.Metadata.Dependencies is not { } requirements)
        {
            return;
        }

        var values = ValuesCoalescer.Merge(chart, null);
        var imported = ValueTree.NewMap();
        foreach (var requirement in requirements.OfType<ChartDependency>())
        {
            var resolved = new List<object?>();
            foreach (var import in requirement.ImportValues)
            {
                switch (import)
                {
                    case Dictionary<string, object?> pair:
                        var child = Text(pair, "child");
                        var parent = Text(pair, "parent");
                        resolved.Add(ImportPair(child, parent));
                        if (ValueTree.Table(values, $"{requirement.Name}.{child}") is { } table)
                        {
                            imported = ValuesCoalescer.MergeTables(imported, PathToMap(parent, table));
                        }

                        break;
                    case string export:
                        resolved.Add(ImportPair($"exports.{export}", "."));
                        if (ValueTree.Table(values, $"{requirement.Name}.exports.{export}") is { } exported)
                        {
                            imported = ValuesCoalescer.MergeTables(imported, exported);
                        }

                        break;
                    default:
                        break;
                }
            }

            requirement.ImportValues = resolved;
        }

        // What the parent says itself wins over what it imports.
        chart.Values = ValuesCoalescer.MergeTables(ValueTree.Copy(values), imported);
    }

    private static object ImportPair(string child, string parent)
    {
        var pair = ValueTree.NewMap(2);
        pair["child"] = child;
        pair["parent"] = parent;
        return Templates.TypedMap.OfStrings(pair);
    }

    private static string Text(Dictionary<string, object?> pair, string key) =>
        Templates.GoFormatter.ToText(pair.GetValueOrDefault(key));

    private static Dictionary<string, object?> PathToMap(string path, Dictionary<string, object?> table)
    {
        if (path == ".")
        {
            return table;
        }

        var current = table;
        foreach (var part in path.Split('.').Reverse())
        {
            var outer = ValueTree.NewMap(1);
            outer[part] = current;
            current = outer;
        }

        return current;
    }
}
