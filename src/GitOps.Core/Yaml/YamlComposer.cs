using System.Globalization;

namespace GitOps.Yaml;

/// <summary>Builds object trees from tokens: libyaml's grammar, go-yaml's scalars, anchors, merges and refusals.</summary>
internal sealed class YamlComposer
{
    // Stands for an anchored list while its items are read.
    private static readonly ListNode s_openList = new();

    private readonly YamlScanner _scanner;
    private readonly YamlReaderOptions _options;
    private readonly StringPool _pool;
    private readonly YamlForm? _form;
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private (MapNode Map, ScalarNode Key, Node Value)? _nullKey;
    private (string Problem, int Line, int Column, string GoMessage)? _refused;
    private readonly Dictionary<string, string> _tagPrefixes = new(StringComparer.Ordinal);
    private bool _readsMergeValue;
    private int _nodes;
    private int _aliasNodes;
    private int _depth;
    private bool _implicit = true;

    public YamlComposer(YamlScanner scanner, YamlReaderOptions options, StringPool pool, YamlForm? form = null)
    {
        _form = form;
        _scanner = scanner;
        _options = options;
        _pool = pool;
    }

    /// <summary>The next document; null at the end of the text.</summary>
    public Node? Next()
    {
        if (!_implicit)
        {
            while (_scanner.Peek().Kind == YamlTokenKind.DocumentEnd)
            {
                _scanner.Take();
            }
        }

        _anchors.Clear();
        _tagPrefixes.Clear();
        var kind = _scanner.Peek().Kind;
        if (kind == YamlTokenKind.StreamEnd)
        {
            return null;
        }

        Node document;
        if (_implicit && kind is not (YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart))
        {
            document = ReadNode(block: true, indentless: false);
        }
        else
        {
            ReadDirectives();
            var start = _scanner.Peek();
            if (start.Kind != YamlTokenKind.DocumentStart)
            {
                _scanner.FailParser("did not find expected <document start>", start.Line, start.Column);
            }

            _scanner.Take();
            document = _scanner.Peek().Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd
                ? Empty()
                : ReadNode(block: true, indentless: false);
        }

        _implicit = false;
        if (_scanner.Peek().Kind == YamlTokenKind.DocumentEnd)
        {
            _scanner.Take();
        }

        if (_refused is { } value)
        {
            _scanner.Fail(value.Problem, value.Line, value.Column, value.GoMessage);
        }

        if (_nullKey is { } refused)
        {
            _scanner.Fail(
                "a map key must be a string, number or truth value, not null",
                refused.Key.Line - 1,
                refused.Key.Column - 1,
                $"unsupported map key of type: %!s(<nil>), key: <nil>, value: {GoSyntax(refused.Value)}");
        }

        return document;
    }

    // go-yaml reads a document to its end before it looks at values: what is no YAML at all is told first.
    private void Refuse(string problem, int line, int column, string goMessage) => _refused ??= (problem, line, column, goMessage);

    // A value as Go's %#v prints it.
    private static string GoSyntax(Node value) => value switch
    {
        MapNode map => "map[interface {}]interface {}{" + string.Join(", ", Enumerable.Range(0, map.Count).Select(i => $"\"{map.EntryAt(i).Key}\":{GoSyntaxInside(map.EntryAt(i).Value)}")) + "}",
        ListNode list => "[]interface {}{" + string.Join(", ", list.Select(GoSyntaxInside)) + "}",
        ScalarNode { Kind: ScalarKind.Null } => "<nil>",
        ScalarNode { Kind: ScalarKind.Boolean } scalar => scalar.AsBoolean() ? "true" : "false",
        ScalarNode { Kind: ScalarKind.Integer } scalar => GoNumber.FormatInteger(scalar),
        ScalarNode { Kind: ScalarKind.Float } scalar => GoNumber.FormatG(scalar.AsDouble()),
        ScalarNode scalar => "\"" + scalar.Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"",
        _ => "",
    };

    private static string GoSyntaxInside(Node value) => value.IsNull ? "interface {}(nil)" : GoSyntax(value);

    private void ReadDirectives()
    {
        var version = false;
        while (_scanner.Peek().Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective)
        {
            var directive = _scanner.Take();
            if (directive.Kind == YamlTokenKind.VersionDirective)
            {
                if (version)
                {
                    _scanner.Fail("found duplicate %YAML directive", directive.Line, directive.Column);
                }

                version = true;
            }
            else if (!_tagPrefixes.TryAdd(directive.Text!, directive.Suffix!))
            {
                _scanner.Fail("found duplicate %TAG directive", directive.Line, directive.Column);
            }
        }
    }

    private Node ReadNode(bool block, bool indentless)
    {
        ref readonly var first = ref _scanner.Peek();
        if (first.Kind == YamlTokenKind.Scalar)
        {
            var token = _scanner.Take();
            return Scalar(token, null);
        }

        if (first.Kind == YamlTokenKind.Alias)
        {
            return Alias(_scanner.Take());
        }

        var (line, column) = (first.Line, first.Column);
        string? anchor = null;
        string? tag = null;
        ReadProperties(ref anchor, ref tag);
        if (anchor is not null)
        {
            _anchors[anchor] = _scanner.Peek().Kind is YamlTokenKind.BlockEntry or YamlTokenKind.BlockSequenceStart or YamlTokenKind.FlowSequenceStart ? s_openList : null;
        }

        if (++_depth > _options.MaxDepth)
        {
            throw new YamlException(Reasons.LimitExceeded, $"maps and lists nest deeper than the limit of {_options.MaxDepth}", new SourceLocation(File, line + 1, column + 1));
        }

        var node = ReadContent(block, indentless, tag, anchor is not null, line, column);
        _depth--;
        if (anchor is not null)
        {
            _anchors[anchor] = node;
            _form?.SetAnchor(node, anchor);
        }

        if (tag is not null)
        {
            _form?.SetTag(node, tag);
        }

        return node;
    }

    private string File => _scanner.File;

    private void ReadProperties(ref string? anchor, ref string? tag)
    {
        while (true)
        {
            ref readonly var token = ref _scanner.Peek();
            if (token.Kind == YamlTokenKind.Anchor && anchor is null)
            {
                anchor = _scanner.Take().Text;
            }
            else if (token.Kind == YamlTokenKind.Tag && tag is null)
            {
                tag = Tag(_scanner.Take());
            }
            else
            {
                return;
            }
        }
    }

    private string Tag(in YamlToken token)
    {
        const string longPrefix = "tag:yaml.org,2002:";
        string full;
        if (token.Text!.Length == 0)
        {
            full = token.Suffix!;
        }
        else if (_tagPrefixes.TryGetValue(token.Text, out var prefix))
        {
            full = prefix + token.Suffix;
        }
        else if (token.Text is "!" or "!!")
        {
            return token.Text + token.Suffix;
        }
        else
        {
            _scanner.FailParser("while parsing a node: found undefined tag handle", token.Line, token.Column);
            return "";
        }

        return full.StartsWith(longPrefix, StringComparison.Ordinal) ? $"!!{full.AsSpan(longPrefix.Length)}" : full;
    }

    private Node ReadContent(bool block, bool indentless, string? tag, bool anchored, int line, int column)
    {
        ref readonly var token = ref _scanner.Peek();
        switch (token.Kind)
        {
            case YamlTokenKind.BlockEntry when indentless:
                return ReadBlockSequence(indentless: true, line, column);
            case YamlTokenKind.Scalar:
                return Scalar(_scanner.Take(), tag);
            case YamlTokenKind.FlowSequenceStart:
                var list = ReadFlowSequence(line, column);
                return list;
            case YamlTokenKind.FlowMappingStart:
                var map = ReadFlowMapping(line, column);
                return map;
            case YamlTokenKind.BlockSequenceStart when block:
                _scanner.Take();
                return ReadBlockSequence(indentless: false, line, column);
            case YamlTokenKind.BlockMappingStart when block:
                return ReadBlockMapping(line, column);
            default:
                if (tag is not null || anchored)
                {
                    return Scalar(new YamlToken(YamlTokenKind.Scalar, line, column, ""), tag);
                }

                _scanner.FailParser($"while parsing a {(block ? "block" : "flow")} node: did not find expected node content", token.Line, token.Column);
                return Empty();
        }
    }

    private ListNode ReadBlockSequence(bool indentless, int line, int column)
    {
        var list = Made(new ListNode(), line, column);
        while (true)
        {
            ref readonly var token = ref _scanner.Peek();
            if (token.Kind == YamlTokenKind.BlockEntry)
            {
                _scanner.Take();
                var next = _scanner.Peek().Kind;
                list.Add(next is YamlTokenKind.BlockEntry or YamlTokenKind.BlockEnd || (indentless && next is YamlTokenKind.Key or YamlTokenKind.Value)
                    ? Empty()
                    : ReadNode(block: true, indentless: false));
            }
            else if (indentless)
            {
                return list;
            }
            else if (token.Kind == YamlTokenKind.BlockEnd)
            {
                _scanner.Take();
                return list;
            }
            else
            {
                _scanner.FailParser("while parsing a block collection: did not find expected '-' indicator", token.Line, token.Column);
            }
        }
    }

    private MapNode ReadBlockMapping(int line, int column)
    {
        _readsMergeValue = false;
        _scanner.Take();
        var map = Made(new MapNode(), line, column);
        HashSet<string>? merged = null;
        while (true)
        {
            ref readonly var token = ref _scanner.Peek();
            if (token.Kind == YamlTokenKind.BlockEnd)
            {
                _scanner.Take();
                return map;
            }

            if (token.Kind != YamlTokenKind.Key)
            {
                _scanner.FailParser("while parsing a block mapping: did not find expected key", token.Line, token.Column);
            }

            _scanner.Take();
            var key = _scanner.Peek().Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd ? Empty() : ReadNode(block: true, indentless: true);
            Node value;
            if (_scanner.Peek().Kind == YamlTokenKind.Value)
            {
                _scanner.Take();
                _readsMergeValue = IsMergeKey(key);
                value = _scanner.Peek().Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd ? Empty() : ReadNode(block: true, indentless: true);
            }
            else
            {
                value = Empty();
            }

            AddEntry(map, key, value, ref merged);
        }
    }

    private ListNode ReadFlowSequence(int line, int column)
    {
        _scanner.Take();
        var list = Made(new ListNode { IsFlow = true }, line, column);
        var first = true;
        while (true)
        {
            if (_scanner.Peek().Kind == YamlTokenKind.FlowSequenceEnd)
            {
                _scanner.Take();
                return list;
            }

            if (!first)
            {
                ref readonly var separator = ref _scanner.Peek();
                if (separator.Kind != YamlTokenKind.FlowEntry)
                {
                    _scanner.FailParser("while parsing a flow sequence: did not find expected ',' or ']'", separator.Line, separator.Column);
                }

                _scanner.Take();
                if (_scanner.Peek().Kind == YamlTokenKind.FlowSequenceEnd)
                {
                    continue;
                }
            }

            first = false;
            var token = _scanner.Peek();
            if (token.Kind == YamlTokenKind.Key)
            {
                _scanner.Take();
                var pair = Made(new MapNode(1), token.Line, token.Column);
                HashSet<string>? merged = null;
                var key = _scanner.Peek().Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowSequenceEnd ? Empty() : ReadNode(block: false, indentless: false);
                AddEntry(pair, key, ReadFlowValue(YamlTokenKind.FlowSequenceEnd), ref merged);
                list.Add(pair);
            }
            else
            {
                list.Add(ReadNode(block: false, indentless: false));
            }
        }
    }

    private Node ReadFlowValue(YamlTokenKind end)
    {
        if (_scanner.Peek().Kind != YamlTokenKind.Value)
        {
            return Empty();
        }

        _scanner.Take();
        var next = _scanner.Peek().Kind;
        return next == YamlTokenKind.FlowEntry || next == end ? Empty() : ReadNode(block: false, indentless: false);
    }

    private MapNode ReadFlowMapping(int line, int column)
    {
        _readsMergeValue = false;
        _scanner.Take();
        var map = Made(new MapNode { IsFlow = true }, line, column);
        HashSet<string>? merged = null;
        var first = true;
        while (true)
        {
            if (_scanner.Peek().Kind == YamlTokenKind.FlowMappingEnd)
            {
                _scanner.Take();
                return map;
            }

            if (!first)
            {
                ref readonly var separator = ref _scanner.Peek();
                if (separator.Kind != YamlTokenKind.FlowEntry)
                {
                    _scanner.FailParser("while parsing a flow mapping: did not find expected ',' or '}'", separator.Line, separator.Column);
                }

                _scanner.Take();
                if (_scanner.Peek().Kind == YamlTokenKind.FlowMappingEnd)
                {
                    continue;
                }
            }

            first = false;
            if (_scanner.Peek().Kind == YamlTokenKind.Key)
            {
                _scanner.Take();
                var key = _scanner.Peek().Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd ? Empty() : ReadNode(block: false, indentless: false);
                _readsMergeValue = IsMergeKey(key);
                AddEntry(map, key, ReadFlowValue(YamlTokenKind.FlowMappingEnd), ref merged);
            }
            else
            {
                var key = ReadNode(block: false, indentless: false);
                AddEntry(map, key, Empty(), ref merged);
            }
        }
    }

    private void AddEntry(MapNode map, Node key, Node value, ref HashSet<string>? merged)
    {
        if (key is not ScalarNode scalar)
        {
            Refuse("a map key must be a scalar", key.Line - 1, key.Column - 1, $"yaml: invalid map key: {GoSyntax(key)}");
            return;
        }

        _form?.SetKey(map, scalar);
        if (IsMergeKey(scalar))
        {
            if (_options.Schema == YamlSchema.Kustomize && merged is not null)
            {
                _scanner.Fail("duplicate merge key", scalar.Line - 1, scalar.Column - 1);
            }

            Merge(map, value, ref merged);
            return;
        }

        if (_options.Schema == YamlSchema.Kustomize && scalar.Text == "<<" && _form is null)
        {
            // In quotes it merges nothing, yet kustomize takes it out.
            return;
        }

        if (_options.Schema == YamlSchema.Kubernetes && scalar.Kind == ScalarKind.Null)
        {
            // Refused once the document is read: the message shows the last of several such keys.
            if (_nullKey is not { } known || ReferenceEquals(known.Map, map))
            {
                _nullKey = (map, scalar, value);
            }

            return;
        }

        var entry = new MapEntry(_pool.Get(KeyText(scalar)), value, scalar.Kind, scalar.Line, scalar.Column);
        if (map.TryAdd(entry))
        {
            return;
        }

        if (merged?.Remove(entry.Key) == true || _options.DuplicateKeys == DuplicateKeys.LastWins)
        {
            map.Set(entry.Key, value);
            return;
        }

        if (_options.KeepRepeats)
        {
            (map.Repeats ??= []).Add(entry);
            return;
        }

        if (_options.DuplicateKeys == DuplicateKeys.FirstWins)
        {
            return;
        }

        var earlier = map.EntryAt(map.IndexOf(entry.Key)).KeyLine;
        throw new YamlException(Reasons.BuildFailed, string.Create(CultureInfo.InvariantCulture, $"mapping key \"{entry.Key}\" already defined at line {earlier}"), new SourceLocation(File, scalar.Line, scalar.Column));
    }

    private bool IsMergeKey(Node key) => _options.ExpandMergeKeys && _form is null && key is ScalarNode { Style: ScalarStyle.Plain, Text: "<<" };

    private void Merge(MapNode map, Node value, ref HashSet<string>? merged)
    {
        merged ??= new HashSet<string>(StringComparer.Ordinal);
        if (value is MapNode one)
        {
            MergeMap(map, one, merged);
        }
        else if (value is ListNode list && list.All(i => i is MapNode))
        {
            // Of several maps the first one that has a key wins.
            for (var i = list.Count - 1; i >= 0; i--)
            {
                MergeMap(map, (MapNode)list[i], merged);
            }
        }
        else
        {
            _scanner.Fail("map merge requires map or sequence of maps as the value", value.Line - 1, value.Column - 1, "yaml: map merge requires map or sequence of maps as the value");
        }
    }

    private void MergeMap(MapNode map, MapNode source, HashSet<string> merged)
    {
        for (var i = 0; i < source.Count; i++)
        {
            ref readonly var entry = ref source.EntryAt(i);
            if (map.TryAdd(entry))
            {
                merged.Add(entry.Key);
            }
            else if (_options.Schema == YamlSchema.Kubernetes || merged.Contains(entry.Key))
            {
                // go-yaml v2 merges where the << stands, over what came before; v3 lets every explicit key win.
                map.Set(entry.Key, entry.Value);
            }
        }
    }

    private string KeyText(ScalarNode key)
    {
        if (_options.Schema != YamlSchema.Kubernetes)
        {
            return key.Text;
        }

        // What sigs.k8s.io/yaml makes of a key on the way to JSON.
        switch (key.Kind)
        {
            case ScalarKind.Boolean:
                return key.AsBoolean() ? "true" : "false";
            case ScalarKind.Integer:
                return GoNumber.FormatInteger(key);
            case ScalarKind.Float:
                return GoNumber.FormatFloatKey(key.AsDouble());
            default:
                return key.Text;
        }
    }

    private Node Alias(in YamlToken token)
    {
        if (!_anchors.TryGetValue(token.Text!, out var node))
        {
            _scanner.Fail($"unknown anchor '{token.Text}' referenced", token.Line, token.Column, $"yaml: unknown anchor '{token.Text}' referenced");
        }

        if (_readsMergeValue && node is not (null or MapNode))
        {
            _scanner.Fail("invalid map merge: received alias for a non-map value", token.Line, token.Column, "yaml: map merge requires map or sequence of maps as the value");
        }

        if (node is null && _readsMergeValue && _options.Schema == YamlSchema.Kustomize)
        {
            // A map that merges itself gains nothing.
            return Made(new MapNode(), token.Line, token.Column);
        }

        if (node is null || ReferenceEquals(node, s_openList))
        {
            _scanner.Fail($"anchor '{token.Text}' value contains itself", token.Line, token.Column, $"yaml: anchor '{token.Text}' value contains itself");
        }

        _aliasNodes += Size(node, _options.MaxAliasNodes - _aliasNodes);
        if (_aliasNodes > _options.MaxAliasNodes)
        {
            throw new YamlException(Reasons.LimitExceeded, $"document contains excessive aliasing: aliases expand to more than {_options.MaxAliasNodes} nodes", new SourceLocation(File, token.Line + 1, token.Column + 1));
        }

        var copy = node.DeepClone();
        _form?.SetAlias(copy, token.Text!);
        return copy;
    }

    private static int Size(Node node, int limit)
    {
        var size = 1;
        switch (node)
        {
            case MapNode map:
                for (var i = 0; i < map.Count && size <= limit; i++)
                {
                    size += Size(map.EntryAt(i).Value, limit - size);
                }

                break;
            case ListNode list:
                for (var i = 0; i < list.Count && size <= limit; i++)
                {
                    size += Size(list[i], limit - size);
                }

                break;
            default:
                break;
        }

        return size;
    }

    private ScalarNode Scalar(in YamlToken token, string? tag)
    {
        var text = token.Text!;
        ScalarKind kind;
        if (tag is null or "!")
        {
            kind = token.Style == ScalarStyle.Plain && (tag is null || _options.Schema == YamlSchema.Kustomize) ? YamlResolver.Resolve(text, _options.Schema) : ScalarKind.String;
        }
        else if (YamlResolver.ResolveTagged(tag, text, _options.Schema) is { } tagged)
        {
            kind = tagged;
        }
        else if (_options.Schema == YamlSchema.Kustomize && TagKind(tag) is { } claimed)
        {
            // kustomize looks at such a value only when it prints it.
            kind = claimed;
        }
        else
        {
            Refuse($"cannot decode `{text}` as a {tag}", token.Line, token.Column, $"yaml: cannot decode {ResolvedTag(token)} `{text}` as a {tag}");
            kind = ScalarKind.String;
        }

        if (kind == ScalarKind.Timestamp && _options.Schema == YamlSchema.Kubernetes)
        {
            // go-yaml v2 knows a date when it sees one but hands it on as the text it is.
            kind = ScalarKind.String;
        }

        return Made(new ScalarNode(kind, text, token.Style), token.Line, token.Column);
    }

    private static ScalarKind? TagKind(string tag) => tag switch
    {
        "!!null" => ScalarKind.Null,
        "!!bool" => ScalarKind.Boolean,
        "!!int" => ScalarKind.Integer,
        "!!float" => ScalarKind.Float,
        "!!timestamp" => ScalarKind.Timestamp,
        _ => null,
    };

    private string ResolvedTag(in YamlToken token) => (token.Style == ScalarStyle.Plain ? YamlResolver.Resolve(token.Text!, _options.Schema) : ScalarKind.String) switch
    {
        ScalarKind.Null => "!!null",
        ScalarKind.Boolean => "!!bool",
        ScalarKind.Integer => "!!int",
        ScalarKind.Float => "!!float",
        ScalarKind.Timestamp => "!!timestamp",
        _ => "!!str",
    };

    private ScalarNode Empty()
    {
        ref readonly var token = ref _scanner.Peek();
        return Made(new ScalarNode(ScalarKind.Null, ""), token.Line, token.Column);
    }

    private T Made<T>(T node, int line, int column)
        where T : Node
    {
        if (++_nodes > _options.MaxNodes)
        {
            throw new YamlException(Reasons.LimitExceeded, $"the text has more nodes than the limit of {_options.MaxNodes}", new SourceLocation(File, line + 1, column + 1));
        }

        node.Line = line + 1;
        node.Column = column + 1;
        return node;
    }
}
