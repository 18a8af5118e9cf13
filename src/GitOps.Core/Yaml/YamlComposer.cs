namespace GitOps.Yaml;

/// <summary>Builds object trees from tokens: libyaml's grammar, go-yaml's scalars, anchors, merges and refusals.</summary>
internal sealed partial class YamlComposer
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
