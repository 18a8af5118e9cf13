namespace GitOps.Helm.Schema;

/// <summary>Values as JSON Schema sees them.</summary>
internal static class JsonValue
{
    public static string TypeOf(object? value) => value switch
    {
        null => "null",
        bool => "boolean",
        string => "string",
        double or long => "number",
        List<object?> => "array",
        _ => "object",
    };

    public static double Number(object? value) => value switch
    {
        double number => number,
        long integer => integer,
        _ => double.NaN,
    };

    public static bool IsInteger(object? value) => value is long || (value is double number && number == Math.Floor(number));

    public static bool AreEqual(object? left, object? right)
    {
        switch (left, right)
        {
            case (Dictionary<string, object?> a, Dictionary<string, object?> b):
                return a.Count == b.Count && a.All(e => b.TryGetValue(e.Key, out var other) && AreEqual(e.Value, other));
            case (List<object?> a, List<object?> b):
                return a.Count == b.Count && a.Zip(b).All(p => AreEqual(p.First, p.Second));
            case (double or long, double or long):
                return Number(left) == Number(right);
            default:
                return Equals(left, right);
        }
    }

    public static (int First, int Second)? FindDuplicate(List<object?> list)
    {
        // Scalars go through a set; only maps and lists are compared one by one.
        var seen = new Dictionary<object, int>();
        var complex = new List<int>();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is Dictionary<string, object?> or List<object?>)
            {
                var same = complex.FindIndex(c => AreEqual(list[c], list[i]));
                if (same >= 0)
                {
                    return (complex[same], i);
                }

                complex.Add(i);
                continue;
            }

            var key = list[i] is double or long ? Number(list[i]) : list[i] ?? DBNull.Value;
            if (!seen.TryAdd(key, i))
            {
                return (seen[key], i);
            }
        }

        return null;
    }

    public static bool IsMultiple(double number, double factor)
    {
        const double decimalRange = 1e27;
        if (Math.Abs(number) < decimalRange && Math.Abs(factor) < decimalRange && Math.Abs(factor) > 1e-20)
        {
            // Decimal arithmetic: 0.07 is a multiple of 0.01, though not in binary.
            return (decimal)number % (decimal)factor == 0;
        }

        return number % factor == 0;
    }
}
