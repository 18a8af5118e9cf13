using GitOps.Helm.Charts;

namespace GitOps.Helm.Values;

/// <summary>
/// Lays values over the defaults of a chart and its subcharts, with Helm 4's rules: maps are merged, everything else is replaced,
/// globals flow down, a null deletes a default.
/// </summary>
internal static class ValuesCoalescer
{
    /// <summary>The values the templates see: nulls delete what they stand for.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="values">The user's values; not changed.</param>
    /// <returns>A new tree.</returns>
    /// <exception cref="HelmException">A value for a subchart is no map.</exception>
    public static Dictionary<string, object?> Coalesce(Chart chart, Dictionary<string, object?>? values)
    {
        var result = ValueTree.Copy(values);
        Coalesce(chart, result, keepNulls: false);
        return result;
    }

    /// <summary>The same, but nulls stay, for a later <see cref="Coalesce(Chart, Dictionary{string, object?}?)"/> to act on.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="values">The user's values; not changed.</param>
    /// <returns>A new tree.</returns>
    /// <exception cref="HelmException">A value for a subchart is no map.</exception>
    public static Dictionary<string, object?> Merge(Chart chart, Dictionary<string, object?>? values)
    {
        var result = ValueTree.Copy(values);
        Coalesce(chart, result, keepNulls: true);
        return result;
    }

    /// <summary>Merges a map into another one, whose values win. Both are changed, and the result may share parts with either.</summary>
    public static Dictionary<string, object?> MergeTables(Dictionary<string, object?> target, Dictionary<string, object?> source) =>
        CoalesceTables(target, source, keepNulls: true);

    private static void Coalesce(Chart chart, Dictionary<string, object?> target, bool keepNulls)
    {
        CoalesceDefaults(chart, target, keepNulls);
        foreach (var child in chart.Dependencies)
        {
            if (!target.TryGetValue(child.Name, out var value))
            {
                target[child.Name] = value = ValueTree.NewMap();
            }

            if (value is not Dictionary<string, object?> childValues)
            {
                throw new HelmException($"type mismatch on {child.Name}: the values of a subchart must be a map, not {ValueTree.GoTypeName(value)}");
            }

            CoalesceGlobals(childValues, target);
            Coalesce(child, childValues, keepNulls);
        }
    }

    private static void CoalesceGlobals(Dictionary<string, object?> target, Dictionary<string, object?> source)
    {
        Dictionary<string, object?> targetGlobals;
        if (!target.TryGetValue(ValueTree.Global, out var known))
        {
            targetGlobals = ValueTree.NewMap();
        }
        else if (known is Dictionary<string, object?> map)
        {
            targetGlobals = map;
        }
        else
        {
            return;
        }

        Dictionary<string, object?> sourceGlobals;
        if (!source.TryGetValue(ValueTree.Global, out known))
        {
            sourceGlobals = ValueTree.NewMap();
        }
        else if (known is Dictionary<string, object?> map)
        {
            sourceGlobals = map;
        }
        else
        {
            return;
        }

        foreach (var (key, value) in sourceGlobals)
        {
            if (value is Dictionary<string, object?> table)
            {
                var copy = new Dictionary<string, object?>(table, StringComparer.Ordinal);
                if (!targetGlobals.TryGetValue(key, out var old))
                {
                    targetGlobals[key] = copy;
                }
                else if (old is Dictionary<string, object?> oldTable)
                {
                    // The parent's globals win, so the merge goes the other way round.
                    CoalesceTables(copy, oldTable, keepNulls: true);
                    targetGlobals[key] = copy;
                }
            }
            else if (!targetGlobals.TryGetValue(key, out var old) || old is not Dictionary<string, object?>)
            {
                targetGlobals[key] = value;
            }
        }

        target[ValueTree.Global] = targetGlobals;
    }

    private static void CoalesceDefaults(Chart chart, Dictionary<string, object?> target, bool keepNulls)
    {
        foreach (var (key, original) in chart.Values)
        {
            if (!target.TryGetValue(key, out var value))
            {
                if (!keepNulls && original is null)
                {
                    continue;
                }

                var copy = ValueTree.CopyValue(original);
                if (!keepNulls && copy is Dictionary<string, object?> added)
                {
                    RemoveNulls(added);
                }

                target[key] = copy;
            }
            else if (value is null && !keepNulls)
            {
                target.Remove(key);
            }
            else if (value is Dictionary<string, object?> table && original is Dictionary<string, object?> defaults)
            {
                var source = ValueTree.Copy(defaults);
                var keep = keepNulls || chart.Dependencies.Any(d => string.Equals(d.Name, key, StringComparison.Ordinal));
                if (!keep)
                {
                    RemoveNulls(source);
                }

                CoalesceTables(table, source, keep);
            }
        }
    }

    private static Dictionary<string, object?> CoalesceTables(Dictionary<string, object?> target, Dictionary<string, object?> source, bool keepNulls)
    {
        // A null of the target hides the source's value; whether the source had one decides if the null goes too.
        HashSet<string>? nullified = null;
        List<string>? nulls = null;
        foreach (var (key, value) in target)
        {
            if (value is null)
            {
                (nulls ??= []).Add(key);
            }
        }

        foreach (var key in nulls ?? [])
        {
            if (source.TryGetValue(key, out var hidden) && hidden is not null)
            {
                (nullified ??= new HashSet<string>(StringComparer.Ordinal)).Add(key);
            }

            source[key] = null;
        }

        foreach (var (key, value) in source)
        {
            if (!target.TryGetValue(key, out var old))
            {
                target[key] = value;
            }
            else if (old is null && !keepNulls && nullified is not null && nullified.Contains(key))
            {
                target.Remove(key);
            }
            else if (value is Dictionary<string, object?> table && old is Dictionary<string, object?> oldTable)
            {
                CoalesceTables(oldTable, table, keepNulls);
            }
        }

        return target;
    }

    private static void RemoveNulls(Dictionary<string, object?> map)
    {
        foreach (var (key, value) in map)
        {
            if (value is null)
            {
                map.Remove(key);
            }
            else if (value is Dictionary<string, object?> inner)
            {
                RemoveNulls(inner);
            }
        }
    }
}
