namespace GitOps.TypedMerge;

/// <summary>Reads and writes field sets in the fieldsV1 form of <c>metadata.managedFields</c>.</summary>
internal static class FieldsV1
{
    /// <summary>Reads a set.</summary>
    /// <param name="fields">The <c>fieldsV1</c> map.</param>
    /// <returns>The set.</returns>
    /// <exception cref="FormatException">The map is no field set.</exception>
    public static FieldSet Decode(MapNode fields) => Decode(fields, out _);

    /// <summary>Writes a set.</summary>
    /// <param name="set">The set.</param>
    /// <returns>The <c>fieldsV1</c> map.</returns>
    public static MapNode Encode(FieldSet set) => Encode(set, false);

    private static FieldSet Decode(MapNode map, out bool self)
    {
        self = false;
        var builder = default(FieldSet.Builder);
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var entry = ref map.EntryAt(i);
            if (entry.Key == ".")
            {
                self = true;
                continue;
            }

            if (entry.Value is not MapNode below)
            {
                throw new FormatException($"fieldsV1 holds a value that is no map below '{entry.Key}'.");
            }

            var element = PathElement.Canonical(entry.Key);
            if (below.Count == 0)
            {
                builder.Add(element, true, null);
            }
            else
            {
                var children = Decode(below, out var member);
                builder.Add(element, member, children);
            }
        }

        return builder.Build();
    }

    private static MapNode Encode(FieldSet set, bool self)
    {
        var map = new MapNode(set.Entries.Length + (self ? 1 : 0));
        if (self)
        {
            map["."] = new MapNode();
        }

        foreach (var entry in set.Entries)
        {
            map[entry.Element] = entry.Children is null ? new MapNode() : Encode(entry.Children, entry.IsMember);
        }

        return map;
    }
}
