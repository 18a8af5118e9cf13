namespace GitOps.Schema;

/// <summary>Fills in the defaults of a CRD's schema and drops what the schema does not know, as the API server does when it reads an object.</summary>
internal static class CustomDefaults
{
    /// <summary>Fills in defaults, in place.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value; it is changed.</param>
    public static void Fill(SchemaType type, Node value)
    {
        switch (value)
        {
            case MapNode map:
                foreach (var field in type.Fields)
                {
                    // A null where null is no value counts as absent if there is a default to stand in.
                    var present = map[field.Name];
                    if (field.FillDefault && field.Default is not null && (present is null || (present.IsNull && !field.Type.Nullable)))
                    {
                        map[field.Name] = field.Default.DeepClone();
                    }
                }

                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    if (type.Kind == SchemaKind.Map && (type.Field(entry.Key)?.Type ?? type.Values) is { Source: not null } below)
                    {
                        Fill(below, entry.Value);
                    }
                }

                break;
            case ListNode list when type.Items is { Source: not null } items:
                foreach (var item in list)
                {
                    Fill(items, item);
                }

                break;
        }
    }

    /// <summary>Drops fields that are null where null is no value and nothing stands in for it, in place.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value; it is changed.</param>
    public static void DropNulls(SchemaType type, Node value)
    {
        switch (value)
        {
            case MapNode map when type.Kind == SchemaKind.Map:
                for (var i = map.Count - 1; i >= 0; i--)
                {
                    var entry = map.EntryAt(i);
                    var field = type.Field(entry.Key);
                    if ((field?.Type ?? type.Values) is not { Source: not null } below)
                    {
                        continue;
                    }

                    if (!entry.Value.IsNull)
                    {
                        DropNulls(below, entry.Value);
                    }
                    else if (!below.Nullable && field?.Default is null)
                    {
                        map.RemoveAt(i);
                    }
                }

                break;
            case ListNode list when type.Items is { Source: not null } items:
                foreach (var item in list)
                {
                    DropNulls(items, item);
                }

                break;
        }
    }

    /// <summary>Drops unknown fields, in place.</summary>
    /// <param name="type">The type of a whole object.</param>
    /// <param name="root">The object; it is changed.</param>
    /// <param name="dropped">Told the path of every field that was dropped.</param>
    public static void Prune(SchemaType type, MapNode root, Action<string>? dropped = null) => Prune(type, root, "", true, dropped);

    private static void Prune(SchemaType type, Node value, string path, bool resource, Action<string>? dropped)
    {
        switch (value)
        {
            case MapNode map when type.Kind == SchemaKind.Map:
                for (var i = map.Count - 1; i >= 0; i--)
                {
                    var entry = map.EntryAt(i);
                    if (resource && entry.Key is "apiVersion" or "kind" or "metadata")
                    {
                        continue;
                    }

                    var below = type.Field(entry.Key)?.Type;
                    below ??= type.Source?["additionalProperties"] is MapNode or ScalarNode ? type.Values : null;
                    var at = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
                    if (below is not null)
                    {
                        Prune(below, entry.Value, at, below.EmbeddedResource, dropped);
                    }
                    else if (!type.PreserveUnknown)
                    {
                        map.RemoveAt(i);
                        dropped?.Invoke(at);
                    }
                }

                break;
            case MapNode map when type is { Kind: SchemaKind.Deduced, Source: not null, PreserveUnknown: false }:
                while (map.Count > 0)
                {
                    dropped?.Invoke($"{path}.{map.EntryAt(map.Count - 1).Key}");
                    map.RemoveAt(map.Count - 1);
                }

                break;
            case ListNode list when type.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Prune(items, list[i], string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}[{i}]"), items.EmbeddedResource, dropped);
                }

                break;
        }
    }
}
