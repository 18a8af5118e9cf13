using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Merging;

/// <summary>A JSON patch (RFC 6902) with the library's habits that kustomize has: negative indices count from the end, what is replaced must be there.</summary>
internal sealed class JsonPatch
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes, DuplicateKeys = DuplicateKeys.LastWins, AllowJsonEscapes = false };

    private readonly List<Operation> _operations;

    private JsonPatch(List<Operation> operations) => _operations = operations;

    public bool IsEmpty => _operations.Count == 0;

    /// <summary>Whether the patch's document is null, which is no list of operations at all.</summary>
    public bool IsNull { get; private init; }

    public static JsonPatch Parse(string text, string file)
    {
        if (text.Length == 0)
        {
            throw new KustomizeException("empty json patch operations", new SourceLocation(file));
        }

        // What starts as a JSON list has to be JSON to the end.
        var document = text[0] == '[' ? ReadJson(text, file) : YamlReader.ReadFirst(text, file, s_yaml);
        if (document is null or ScalarNode { Kind: ScalarKind.Null })
        {
            return new JsonPatch([]) { IsNull = true };
        }

        if (document is not ListNode list)
        {
            throw new KustomizeException($"{file}: a JSON patch is a list of operations", new SourceLocation(file, document.Line, document.Column));
        }

        var operations = new List<Operation>();
        foreach (var item in list)
        {
            if (item is not MapNode map)
            {
                throw new KustomizeException($"{file}: a JSON patch operation is a map", new SourceLocation(file, item.Line, item.Column));
            }

            var operation = new Operation(
                Text(map, "op"),
                Text(map, "path"),
                Text(map, "from"),
                map["value"] is { IsNull: false } value ? JsonTree.Normalize(SpellTruth(value, 0)) : null,
                new SourceLocation(file, map.Line, map.Column));
            if (Missing(operation, map) is { } missing)
            {
                throw new KustomizeException($"{file}: a JSON patch operation '{operation.Op}' needs a '{missing}'", operation.Location);
            }

            operations.Add(operation);
        }

        return new JsonPatch(operations);
    }

    /// <summary>The field that an operation lacks. Operations are judged before any is applied, and whether or not there is a target.</summary>
    private static string? Missing(Operation operation, MapNode map) => operation switch
    {
        { Op: "add" or "replace" } when !map.ContainsKey("value") => "value",
        { Op: "move" or "copy", From: null } => "from",
        { Path: null } => "path",
        _ => null,
    };

    private static Node ReadJson(string text, string file)
    {
        try
        {
            return JsonTreeReader.Read(Encoding.UTF8.GetBytes(text), new JsonReadOptions { File = file, Positions = true });
        }
        catch (JsonFormatException e)
        {
            throw new KustomizeException($"{file}: a JSON patch that begins with '[' must be JSON: {e.Message}", new SourceLocation(file), e);
        }
    }

    /// <summary>Patches are read as YAML 1.1, objects are not: its words for truth must not reach an object as they are written.</summary>
    private static Node SpellTruth(Node node, int depth)
    {
        const int MaxDepth = 500;
        if (depth > MaxDepth)
        {
            throw new KustomizeException($"a patch's value nests deeper than {MaxDepth} levels", new SourceLocation("", node.Line, node.Column));
        }

        switch (node)
        {
            case MapNode map:
                map.IsFlow = false;
                foreach (var entry in map)
                {
                    SpellTruth(entry.Value, depth + 1);
                }

                break;
            case ListNode list:
                list.IsFlow = false;
                foreach (var item in list)
                {
                    SpellTruth(item, depth + 1);
                }

                break;
            case ScalarNode { Kind: ScalarKind.Boolean } scalar:
                scalar.Become(ScalarKind.Boolean, scalar.AsBoolean() ? "true" : "false", ScalarStyle.Plain);
                break;
            case ScalarNode { Style: ScalarStyle.Folded } scalar:
                // A patch is read once, so that its folded text is not folded again.
                scalar.Become(scalar.Kind, scalar.Text, ScalarStyle.Literal);
                break;
            default:
                break;
        }

        return node;
    }

    public void ApplyTo(Resource resource, string source)
    {
        resource.ShowBuildAnnotations();
        Node root;
        try
        {
            root = JsonTree.Normalize(resource.Root!);
        }
        catch (KustomizeException e)
        {
            // The object itself is no JSON: its own file is at fault.
            var place = new SourceLocation(resource.Source?.File ?? "", e.Location?.Line ?? 0, e.Location?.Column ?? 0);
            throw new KustomizeException($"applying JSON patch {source} to {resource}: {place}: {e.Message}", place, e);
        }

        foreach (var operation in _operations)
        {
            try
            {
                root = Apply(root, operation);
            }
            catch (KustomizeException e)
            {
                throw new KustomizeException($"applying JSON patch {source} at {operation.Location} to {resource}{ResourceSet.At(resource)}: {e.Message}", operation.Location, e);
            }
        }

        if (root is not MapNode map)
        {
            throw new KustomizeException($"applying JSON patch {source} to {resource}: the result is not an object", resource.Source);
        }

        resource.Root = (MapNode)JsonTree.Normalize(map, throughFloat: true);
        var annotations = resource.Annotations();
        foreach (var key in annotations.Keys.Where(BuildAnnotations.Contains).ToList())
        {
            annotations.Remove(key);
        }

        resource.SetAnnotations(annotations);
    }

    private static string? Text(MapNode map, string name) => map[name] switch
    {
        ScalarNode { Kind: ScalarKind.String } scalar => scalar.Text,
        null => null,
        _ => "unknown",
    };

    private static Node Apply(Node root, Operation operation)
    {
        var path = operation.Path;
        switch (operation.Op)
        {
            case "add":
                Add(Container(root, Need(path, "path"), "add", out var key), key, operation.Value?.DeepClone() ?? ScalarNode.Null(), path!);
                return root;
            case "remove":
                Remove(Container(root, Need(path, "path"), "remove", out key), key, path!);
                return root;
            case "replace":
                if (Need(path, "path").Length == 0)
                {
                    // The library that kustomize uses leaves the object as it is when the whole of it would become a scalar.
                    return operation.Value is MapNode or ListNode ? operation.Value.DeepClone() : root;
                }

                Replace(Container(root, path!, "replace", out key), key, operation.Value?.DeepClone() ?? ScalarNode.Null(), path!);
                return root;
            case "move":
                var from = Container(root, Need(operation.From, "from"), "move", out key);
                var moved = Get(from, key, operation.From!) ?? ScalarNode.Null();
                Remove(from, key, operation.From!);
                Add(Container(root, Need(path, "path"), "move", out key), key, moved, path!);
                return root;
            case "copy":
                var copied = Get(Container(root, Need(operation.From, "from"), "copy", out key), key, operation.From!)?.DeepClone()
                    ?? throw new KustomizeException($"error in copy for from: '{operation.From}': unable to get nonexistent key: {key}");
                Add(Container(root, Need(path, "path"), "copy", out key), key, copied, path!);
                return root;
            case "test":
                Test(root, Need(path, "path"), operation.Value);
                return root;
            default:
                throw new KustomizeException($"Unexpected kind: {operation.Op ?? "unknown"}");
        }
    }

    private static string Need(string? value, string field) => value ?? throw new KustomizeException($"operation missing {field} field");

    private static Node Container(Node root, string path, string op, out string key)
    {
        var parts = path.Split('/');
        key = Unescape(parts[^1]);
        if (parts.Length < 2)
        {
            throw new KustomizeException($"{op} operation does not apply: doc is missing path: \"{path}\"");
        }

        var node = root;
        for (var i = 1; i < parts.Length - 1; i++)
        {
            var next = node switch
            {
                MapNode map => map[Unescape(parts[i])],
                ListNode list => TryIndex(parts[i], list.Count, out var at) ? list[at] : null,
                _ => null,
            };
            node = next is MapNode or ListNode ? next : throw new KustomizeException($"{op} operation does not apply: doc is missing path: \"{path}\"");
        }

        return node;
    }

    private static string Unescape(string part) =>
        part.Contains('~', StringComparison.Ordinal) ? part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : part;

    private static bool TryIndex(string text, int count, out int index)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index))
        {
            return false;
        }

        if (index < 0)
        {
            index += count;
        }

        return index >= 0 && index < count;
    }

    private static Node? Get(Node container, string key, string path) => container switch
    {
        MapNode map => map[key],
        ListNode list when TryIndex(key, list.Count, out var at) => list[at],
        ListNode => throw new KustomizeException($"error for path: '{path}': Unable to access invalid index: {key}"),
        _ => throw new KustomizeException($"error for path: '{path}': invalid index referenced"),
    };

    private static void Add(Node container, string key, Node value, string path)
    {
        switch (container)
        {
            case MapNode map:
                map.Set(key, value);
                break;
            case ListNode list when key == "-":
                list.Add(value);
                break;
            case ListNode list:
                if (!TryIndex(key, list.Count + 1, out var at))
                {
                    throw new KustomizeException($"error in add for path: '{path}': invalid index referenced");
                }

                list.Insert(at, value);
                break;
            default:
                break;
        }
    }

    private static void Remove(Node container, string key, string path)
    {
        switch (container)
        {
            case MapNode map:
                if (!map.Remove(key))
                {
                    throw new KustomizeException($"error in remove for path: '{path}': Unable to remove nonexistent key: {key}");
                }

                break;
            case ListNode list:
                if (!TryIndex(key, list.Count, out var at))
                {
                    throw new KustomizeException($"error in remove for path: '{path}': invalid index referenced");
                }

                list.RemoveAt(at);
                break;
            default:
                break;
        }
    }

    private static void Replace(Node container, string key, Node value, string path)
    {
        switch (container)
        {
            case MapNode map:
                if (!map.ContainsKey(key))
                {
                    throw new KustomizeException($"replace operation does not apply: doc is missing key: {path}");
                }

                map.Set(key, value);
                break;
            case ListNode list:
                if (!TryIndex(key, list.Count, out var at))
                {
                    throw new KustomizeException($"replace operation does not apply: doc is missing key: {path}");
                }

                list[at] = value;
                break;
            default:
                break;
        }
    }

    private static void Test(Node root, string path, Node? value)
    {
        var actual = path.Length == 0 ? root : Get(Container(root, path, "test", out var key), key, path);
        var same = actual is null or ScalarNode { Kind: ScalarKind.Null } ? value is null : value is not null && Same(actual, value);
        if (!same)
        {
            throw new KustomizeException($"testing value {path} failed: test failed");
        }
    }

    private static bool Same(Node a, Node b)
    {
        switch (a, b)
        {
            case (MapNode x, MapNode y):
                if (x.Count != y.Count)
                {
                    return false;
                }

                for (var i = 0; i < x.Count; i++)
                {
                    ref readonly var entry = ref x.EntryAt(i);
                    if (y[entry.Key] is not { } other || !Same(entry.Value, other))
                    {
                        return false;
                    }
                }

                return true;
            case (ListNode x, ListNode y):
                return x.Count == y.Count && x.Zip(y).All(p => Same(p.First, p.Second));
            case (ScalarNode x, ScalarNode y):
                return x.Kind == y.Kind && string.Equals(x.Text, y.Text, StringComparison.Ordinal);
            default:
                return false;
        }
    }

    private sealed record Operation(string? Op, string? Path, string? From, Node? Value, SourceLocation Location);
}
