using System.Text;
using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Operations on values with a schema that serve one value: validation, its field set, removal of fields.</summary>
internal static class TypedValue
{
    /// <summary>Checks that a value fits its schema.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value.</param>
    /// <param name="allowDuplicates">Whether sets and keyed lists may hold an item twice, as live objects may.</param>
    /// <exception cref="TypedException">The value does not fit.</exception>
    public static void Validate(SchemaType type, Node value, bool allowDuplicates)
    {
        var errors = new List<string>();
        var path = new List<string>();
        Validate(type, value, allowDuplicates, path, errors);
        if (errors.Count > 0)
        {
            throw new TypedException(errors);
        }
    }

    /// <summary>The set of all leaves, list items and free map keys of a value.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value.</param>
    /// <returns>The set.</returns>
    public static FieldSet ToFieldSet(SchemaType type, Node value)
    {
        FieldSets(type, value, out _, out var children);
        return children;
    }

    /// <summary>A copy of a value without some fields and items.</summary>
    /// <param name="type">The type.</param>
    /// <param name="value">The value; it is not changed, but the result shares parts with it.</param>
    /// <param name="fields">What to remove.</param>
    /// <returns>The rest.</returns>
    public static Node Remove(SchemaType type, Node value, FieldSet fields)
    {
        switch (value)
        {
            case ListNode list when Shapes.Of(type, value) == Shape.List:
                return list.Count == 0 || Shapes.IsAtomicList(type) ? ScalarNode.Null() : RemoveItems(type, list, fields);
            case MapNode map when Shapes.Of(type, value) == Shape.Map:
                return map.Count == 0 || Shapes.IsAtomicMap(type) ? ScalarNode.Null() : RemoveKeys(type, map, fields);
            case ScalarNode when Shapes.Of(type, value) == Shape.Scalar:
                return value;
            default:
                return ScalarNode.Null();
        }
    }

    // A container that loses its last item to a removal inside it stays, empty.
    private static Node Below(SchemaType type, Node value, FieldSet fields)
    {
        var rest = Remove(type, value, fields);
        return !rest.IsNull ? rest : value switch
        {
            MapNode => new MapNode(),
            ListNode => new ListNode(),
            _ => rest,
        };
    }

    private static Node RemoveItems(SchemaType type, ListNode list, FieldSet fields)
    {
        var rest = new ListNode();
        var touched = false;
        foreach (var item in list)
        {
            var element = ListItem.Element(type, item, out _);
            if (element is null || !fields.TryGet(element, out var entry))
            {
                rest.Add(item);
            }
            else if (!entry.IsMember)
            {
                touched = true;
                rest.Add(Below(Shapes.ItemsOf(type), item, entry.Children!));
            }
        }

        return rest.Count == 0 && !touched ? ScalarNode.Null() : rest;
    }

    private static Node RemoveKeys(SchemaType type, MapNode map, FieldSet fields)
    {
        var rest = new MapNode(map.Count);
        var touched = false;
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var pair = ref map.EntryAt(i);
            if (!fields.TryGet(PathElement.Field(pair.Key), out var entry))
            {
                rest[pair.Key] = pair.Value;
            }
            else if (!entry.IsMember)
            {
                touched = true;
                rest[pair.Key] = Below(type.TypeOf(pair.Key) ?? SchemaType.Untyped, pair.Value, entry.Children!);
            }
        }

        return rest.Count == 0 && !touched ? ScalarNode.Null() : rest;
    }

    // self: whether the walk of this value marks the value's own path; the parent may mark it for reasons of its own too.
    private static void FieldSets(SchemaType type, Node value, out bool self, out FieldSet children)
    {
        self = false;
        children = FieldSet.Empty;
        switch (Shapes.Of(type, value))
        {
            case Shape.Scalar:
                self = true;
                return;
            case Shape.List:
                if (Shapes.IsAtomicList(type))
                {
                    self = true;
                }
                else if (value is ListNode list)
                {
                    children = ItemSets(type, list);
                }

                return;
            default:
                if (Shapes.IsAtomicMap(type))
                {
                    self = true;
                }
                else if (value is MapNode map)
                {
                    children = KeySets(type, map);
                }

                return;
        }
    }

    private static FieldSet KeySets(SchemaType type, MapNode map)
    {
        var builder = default(FieldSet.Builder);
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var pair = ref map.EntryAt(i);
            var field = type.Kind == SchemaKind.Map ? type.Field(pair.Key) : null;
            FieldSets(field?.Type ?? type.TypeOf(pair.Key) ?? SchemaType.Untyped, pair.Value, out var member, out var below);
            member |= field is null || pair.Value.IsNull || pair.Value is MapNode { Count: 0 };
            builder.Add(PathElement.Field(pair.Key), member, below);
        }

        return builder.Build();
    }

    private static FieldSet ItemSets(SchemaType type, ListNode list)
    {
        var elements = new string?[list.Count];
        HashSet<string>? seen = list.Count > 1 ? new(list.Count, StringComparer.Ordinal) : null;
        HashSet<string>? duplicates = null;
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = ListItem.Element(type, list[i], out _);
            if (elements[i] is { } element && seen?.Add(element) == false)
            {
                (duplicates ??= new(StringComparer.Ordinal)).Add(element);
            }
        }

        var builder = default(FieldSet.Builder);
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i] is not { } element)
            {
                continue;
            }

            if (duplicates?.Contains(element) == true)
            {
                // Items that stand twice are owned as a whole.
                builder.Add(element, true, null);
                continue;
            }

            FieldSets(Shapes.ItemsOf(type), list[i], out _, out var below);
            builder.Add(element, true, below);
        }

        return builder.Build();
    }

    private static void Validate(SchemaType type, Node value, bool allowDuplicates, List<string> path, List<string> errors)
    {
        switch (Shapes.Of(type, value))
        {
            case Shape.Scalar:
                if (ScalarError(type, value) is { } error)
                {
                    Report(path, errors, error);
                }

                return;
            case Shape.List:
                ValidateList(type, value, allowDuplicates, path, errors);
                return;
            default:
                ValidateMap(type, value, allowDuplicates, path, errors);
                return;
        }
    }

    private static void ValidateList(SchemaType type, Node value, bool allowDuplicates, List<string> path, List<string> errors)
    {
        if (value is not ListNode list)
        {
            if (!value.IsNull)
            {
                Report(path, errors, $"expected list, got {Show(value)}");
            }

            return;
        }

        var atomic = Shapes.IsAtomicList(type);
        var seen = atomic || allowDuplicates ? null : new HashSet<string>(list.Count, StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            string element;
            if (atomic)
            {
                element = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"i:{i}");
            }
            else
            {
                var found = ListItem.Element(type, list[i], out var error);
                if (found is null)
                {
                    Report(path, errors, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"element {i}: {error}"));
                    return;
                }

                element = found;
                if (seen?.Add(element) == false)
                {
                    Report(path, errors, $"duplicate entries for key {PathElement.Display(element)}");
                }
            }

            path.Add(element);
            Validate(Shapes.ItemsOf(type), list[i], allowDuplicates, path, errors);
            path.RemoveAt(path.Count - 1);
        }
    }

    private static void ValidateMap(SchemaType type, Node value, bool allowDuplicates, List<string> path, List<string> errors)
    {
        if (value is not MapNode map)
        {
            if (!value.IsNull)
            {
                Report(path, errors, $"expected map, got {Show(value)}");
            }

            return;
        }

        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var pair = ref map.EntryAt(i);
            var below = type.TypeOf(pair.Key);
            path.Add(PathElement.Field(pair.Key));
            if (below is null)
            {
                Report(path, errors, "field not declared in schema");
                path.RemoveAt(path.Count - 1);
                return;
            }

            Validate(below, pair.Value, allowDuplicates, path, errors);
            path.RemoveAt(path.Count - 1);
        }
    }

    internal static string? ScalarError(SchemaType type, Node? value)
    {
        if (value is null || value.IsNull)
        {
            return null;
        }

        var kind = (value as ScalarNode)?.Kind;
        return type.Kind switch
        {
            SchemaKind.Integer or SchemaKind.Long or SchemaKind.Number when kind is not (ScalarKind.Integer or ScalarKind.Float) => $"expected numeric (int or float), got {GoType(value)}",
            SchemaKind.String or SchemaKind.Bytes when kind is not (ScalarKind.String or ScalarKind.Timestamp or ScalarKind.Binary) => $"expected string, got {Show(value)}",
            SchemaKind.Boolean when kind is not ScalarKind.Boolean => $"expected boolean, got {Show(value)}",
            _ when kind is null => $"expected any scalar, got {Show(value)}",
            _ => null,
        };
    }

    private static string GoType(Node value) => value switch
    {
        MapNode => "map[string]interface {}",
        ListNode => "[]interface {}",
        ScalarNode { Kind: ScalarKind.Boolean } => "bool",
        _ => "string",
    };

    private static string Show(Node value) => value switch
    {
        ScalarNode { Kind: ScalarKind.String } s => $"&value.valueUnstructured{{Value:\"{s.Text}\"}}",
        ScalarNode s => $"&value.valueUnstructured{{Value:{s.Text}}}",
        MapNode => "map",
        _ => "list",
    };

    private static void Report(List<string> path, List<string> errors, string error)
    {
        var text = new StringBuilder();
        foreach (var element in path)
        {
            text.Append(PathElement.Display(element));
        }

        errors.Add(text.Length == 0 ? error : text.Append(": ").Append(error).ToString());
    }
}
