using System.Globalization;

namespace GitOps.Json;

/// <summary>RFC 6902 JSON patch.</summary>
internal static class JsonPatch
{
    /// <summary>Applies a patch.</summary>
    /// <param name="document">The document; it is not changed.</param>
    /// <param name="patch">The list of operations.</param>
    /// <param name="options">How to read the RFC; <see langword="null"/> for the letter.</param>
    /// <returns>The patched document.</returns>
    /// <exception cref="JsonPatchException">The patch is malformed or does not fit.</exception>
    public static Node Apply(Node document, ListNode patch, JsonPatchOptions? options = null)
    {
        options ??= JsonPatchOptions.Strict;
        if (patch.Count > options.MaxOperations)
        {
            throw new JsonPatchException(-1, string.Create(CultureInfo.InvariantCulture, $"The allowed maximum operations in a JSON patch is {options.MaxOperations}, got {patch.Count}"));
        }

        var root = document.DeepClone();
        var copied = 0;
        for (var i = 0; i < patch.Count; i++)
        {
            root = new Step(i, patch[i], options).Run(root, ref copied);
        }

        return root;
    }

    private readonly struct Step
    {
        private readonly int _index;
        private readonly MapNode _operation;
        private readonly JsonPatchOptions _options;
        private readonly string _op;
        private readonly string _path;
        private readonly string[] _tokens;

        public Step(int index, Node operation, JsonPatchOptions options)
        {
            _index = index;
            _options = options;
            _op = "";
            _path = "";
            _tokens = [];
            _operation = operation as MapNode ?? throw Malformed("an operation has to be a map with 'op' and 'path'.");
            _op = _operation.GetString("op") ?? throw Malformed("an operation has no 'op'.");
            _path = _operation.GetString("path") ?? throw Malformed($"the operation '{_op}' has no 'path'.");
            _tokens = Tokens(_path);
        }

        public Node Run(Node root, ref int copied)
        {
            switch (_op)
            {
                case "add":
                    return Put(root, Value().DeepClone());
                case "replace":
                    return Replace(root, Value().DeepClone());
                case "remove":
                    return Take(root, _tokens, _path, _options.IgnoreMissingOnRemove, out _);
                case "move":
                    {
                        var from = From(out var tokens);
                        root = Take(root, tokens, from, false, out var taken);
                        return Put(root, taken!);
                    }

                case "copy":
                    {
                        var from = From(out var tokens);
                        var source = Find(root, tokens)
                            ?? (_options.CopyMissingKey && tokens.Length > 0 && Find(root, tokens.AsSpan(0, tokens.Length - 1)) is MapNode ? ScalarNode.Null() : null)
                            ?? throw Fails($"'{from}' does not exist.");
                        copied += Size(source);
                        if (copied > _options.MaxCopiedNodes)
                        {
                            throw Fails($"the patch copies more than {_options.MaxCopiedNodes.ToString(CultureInfo.InvariantCulture)} values.");
                        }

                        return Put(root, source.DeepClone());
                    }

                case "test":
                    Test(root);
                    return root;
                default:
                    throw Malformed($"unexpected operation kind '{_op}'.");
            }
        }

        private static int Size(Node node) => node switch
        {
            MapNode map => 1 + map.Sum(static e => Size(e.Value)),
            ListNode list => 1 + list.Sum(Size),
            _ => 1,
        };

        private string[] Tokens(string path) =>
            JsonPointer.TryParse(path, out var pointer) ? pointer.Tokens : throw Malformed($"the path '{path}' does not start with '/'.");

        private string From(out string[] tokens)
        {
            var from = _operation.GetString("from") ?? throw Malformed($"the operation '{_op}' has no 'from'.");
            tokens = Tokens(from);
            return from;
        }

        // An absent value reads as null, as it does in the API server.
        private Node Value() => _operation["value"] ?? ScalarNode.Null();

        private Node? Find(Node root, ReadOnlySpan<string> tokens)
        {
            Node? node = root;
            foreach (var token in tokens)
            {
                node = node switch
                {
                    MapNode map => map[token],
                    ListNode list => Index(token, list.Count, out var index) ? list[index] : null,
                    _ => null,
                };
                if (node is null)
                {
                    return null;
                }
            }

            return node;
        }

        private bool Index(string token, int count, out int index)
        {
            if (!int.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index) || token[0] == '+')
            {
                return false;
            }

            if (index < 0 && _options.NegativeIndexes)
            {
                index += count;
            }

            return index >= 0 && index < count;
        }

        private Node Parent(Node root, string[] tokens, string path)
        {
            if (_options.CreateMissingParents && _op == "add")
            {
                CreateParents(root, tokens);
            }

            return Find(root, tokens.AsSpan(0, tokens.Length - 1))
                ?? throw Fails($"the parent of '{path}' does not exist.");
        }

        private void CreateParents(Node root, string[] tokens)
        {
            var node = root;
            for (var i = 0; i < tokens.Length - 1; i++)
            {
                switch (node)
                {
                    case MapNode map:
                        if (map[tokens[i]] is not { IsNull: false } next)
                        {
                            next = tokens[i + 1] == "-" || IsNumber(tokens[i + 1]) ? new ListNode() : new MapNode();
                            map[tokens[i]] = next;
                        }

                        node = next;
                        break;
                    case ListNode list when Index(tokens[i], list.Count, out var index):
                        node = list[index];
                        break;
                    default:
                        return;
                }
            }
        }

        private static bool IsNumber(string token) => token.Length > 0 && token.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

        private Node Put(Node root, Node value)
        {
            if (_tokens.Length == 0)
            {
                return _options.KeepRoot ? throw Fails("the whole document cannot be replaced.") : value;
            }

            var last = _tokens[^1];
            switch (Parent(root, _tokens, _path))
            {
                case MapNode map:
                    map[last] = value;
                    break;
                case ListNode list when last == "-":
                    list.Add(value);
                    break;
                case ListNode list:
                    // One past the end appends, so the range has one place more than the list has items.
                    if (!Index(last, list.Count + 1, out var index))
                    {
                        throw Fails($"the list index in '{_path}' is out of range.");
                    }

                    list.Insert(index, value);
                    break;
                default:
                    throw Fails($"the parent of '{_path}' is neither a map nor a list.");
            }

            return root;
        }

        private Node Replace(Node root, Node value)
        {
            if (_tokens.Length == 0)
            {
                return _options.KeepRoot ? throw Fails("the whole document cannot be replaced.") : value;
            }

            var last = _tokens[^1];
            switch (Parent(root, _tokens, _path))
            {
                case MapNode map when _options.ReplaceMissingKey || map.ContainsKey(last):
                    map[last] = value;
                    return root;
                case ListNode list when Index(last, list.Count, out var index):
                    list[index] = value;
                    return root;
                default:
                    throw Fails($"'{_path}' does not exist.");
            }
        }

        private Node Take(Node root, string[] tokens, string path, bool ignoreMissing, out Node? taken)
        {
            taken = null;
            if (tokens.Length == 0)
            {
                taken = root;
                return ScalarNode.Null();
            }

            var last = tokens[^1];
            switch (Find(root, tokens.AsSpan(0, tokens.Length - 1)))
            {
                case MapNode map when map[last] is { } value:
                    taken = value;
                    map.Remove(last);
                    return root;
                case ListNode list when Index(last, list.Count, out var index):
                    taken = list[index];
                    list.RemoveAt(index);
                    return root;
                default:
                    return ignoreMissing ? root : throw Fails($"'{path}' does not exist.");
            }
        }

        private void Test(Node root)
        {
            var expected = Value();
            var actual = Find(root, _tokens);
            if (actual is null && expected.IsNull && _options.ReplaceMissingKey)
            {
                return;
            }

            if (!Node.DeepEquals(actual, expected))
            {
                throw Fails($"testing value {_path} failed.");
            }
        }

        private JsonPatchException Fails(string message) =>
            new(_index, string.Create(CultureInfo.InvariantCulture, $"JSON patch operation {_index} ({_op} {_path}): {message}"));

        private JsonPatchException Malformed(string message) =>
            new(_index, string.Create(CultureInfo.InvariantCulture, $"JSON patch operation {_index}: {message}"), malformed: true);
    }
}
