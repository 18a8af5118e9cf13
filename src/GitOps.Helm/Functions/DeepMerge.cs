using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Merges maps in place as mergo does: without overwriting, only missing and empty values are filled; nested maps of the source are shared.</summary>
internal static class DeepMerge
{
    private const int MaxNesting = 1000;

    /// <summary>Merges a map into another.</summary>
    /// <param name="target">The map that changes.</param>
    /// <param name="source">The map that is read.</param>
    /// <param name="overwrite">Whether the source wins over values that are not empty.</param>
    public static void Merge(Dictionary<string, object?> target, Dictionary<string, object?> source, bool overwrite) => Merge(target, source, overwrite, 0);

    private static void Merge(Dictionary<string, object?> target, Dictionary<string, object?> source, bool overwrite, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("cannot merge maps nested more than 1000 levels deep");
        if (ReferenceEquals(target, source))
            return;
        foreach (var (key, value) in source)
        {
            if (value is null)
            {
                if (overwrite)
                    target[key] = null;
                continue;
            }

            var exists = target.TryGetValue(key, out var old);
            var isSlice = GoValue.KindOf(value) == GoKind.Slice;
            if (TypedMap.MapOf(value) is { } map && TypedMap.MapOf(old) is { } oldMap)
                Merge(oldMap, map, overwrite, depth + 1);
            else if (isSlice && (overwrite || target.Count == 0))
                target[key] = value;
            if (exists && !GoCast.IsEmpty(old) && (isSlice || (value is Dictionary<string, object?> or TypedMap && old is Dictionary<string, object?> or TypedMap)))
                continue;
            if (overwrite || !exists || GoCast.IsEmpty(old))
                target[key] = value;
        }
    }
}
