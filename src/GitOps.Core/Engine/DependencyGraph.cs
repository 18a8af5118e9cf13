namespace GitOps.Engine;

/// <summary>Which unit waits for which; made of units of any mix of kinds.</summary>
internal static class DependencyGraph
{
    /// <summary>Finds each cycle once, as the names along it.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> FindCycles(IReadOnlyDictionary<string, IReadOnlyList<string>> dependencies)
    {
        var cycles = new List<IReadOnlyList<string>>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in dependencies.Keys.Order(StringComparer.Ordinal))
        {
            Walk(start, dependencies, done, cycles);
        }

        return cycles;
    }

    /// <summary>The units in an order in which each comes after all that it depends on; names without a unit are passed over.</summary>
    public static IReadOnlyList<string> Sort(IReadOnlyDictionary<string, IReadOnlyList<string>> dependencies)
    {
        var order = new List<string>(dependencies.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var stack = new Stack<(string Name, int Next)>();
        foreach (var start in dependencies.Keys.Order(StringComparer.Ordinal))
        {
            if (!seen.Add(start))
            {
                continue;
            }

            stack.Push((start, 0));
            while (stack.TryPop(out var top))
            {
                if (top.Next == dependencies[top.Name].Count)
                {
                    order.Add(top.Name);
                    continue;
                }

                stack.Push((top.Name, top.Next + 1));
                var next = dependencies[top.Name][top.Next];
                if (dependencies.ContainsKey(next) && seen.Add(next))
                {
                    stack.Push((next, 0));
                }
            }
        }

        return order;
    }

    private static void Walk(string start, IReadOnlyDictionary<string, IReadOnlyList<string>> dependencies, HashSet<string> done, List<IReadOnlyList<string>> cycles)
    {
        if (done.Contains(start))
        {
            return;
        }

        // An explicit stack: a chain of thousands of units must not end the process.
        var path = new List<string>();
        var onPath = new HashSet<string>(StringComparer.Ordinal);
        var stack = new Stack<(string Name, int Next)>();
        stack.Push((start, 0));
        path.Add(start);
        onPath.Add(start);
        while (stack.TryPop(out var top))
        {
            if (top.Next == dependencies[top.Name].Count)
            {
                path.RemoveAt(path.Count - 1);
                onPath.Remove(top.Name);
                done.Add(top.Name);
                continue;
            }

            stack.Push((top.Name, top.Next + 1));
            var next = dependencies[top.Name][top.Next];
            if (onPath.Contains(next))
            {
                cycles.Add([.. path.SkipWhile(n => !string.Equals(n, next, StringComparison.Ordinal)), next]);
            }
            else if (dependencies.ContainsKey(next) && !done.Contains(next))
            {
                stack.Push((next, 0));
                path.Add(next);
                onPath.Add(next);
            }
        }
    }
}
