using System.Globalization;

namespace GitOps.Yaml;

/// <content>Maps: their keys, repeats and merges.</content>
internal sealed partial class YamlComposer
{
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
}
