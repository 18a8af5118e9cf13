using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Replacing;

/// <summary>Finds all fields that a path with wildcards and conditions names, and makes the missing ones when asked to.</summary>
internal sealed class PathMatcher
{
    private const int MaxMatches = 100_000;

    private readonly List<string> _path;
    private readonly Made? _create;
    private readonly List<Slot> _matches = [];

    private readonly Dictionary<string, GoRegex>? _patterns;

    private PathMatcher(List<string> path, Made? create, Dictionary<string, GoRegex>? patterns)
    {
        _path = path;
        _create = create;
        _patterns = patterns;
    }

    /// <summary>What a made field holds.</summary>
    public enum Made
    {
        Map,
        List,
        Scalar,
    }

    /// <param name="root">Where to start.</param>
    /// <param name="path">The path in pieces.</param>
    /// <param name="create">What to make at the end of the path where nothing is; null to make nothing.</param>
    /// <param name="patterns">Patterns that are ready already, when many trees are matched.</param>
    public static List<Slot> Match(Node root, List<string> path, Made? create, Dictionary<string, GoRegex>? patterns = null)
    {
        var matcher = new PathMatcher(path, create, patterns);
        matcher.Visit(new Slot(root, null, "", 0), 0);
        return matcher._matches;
    }

    public static Made KindOf(Node node) => node switch
    {
        MapNode => Made.Map,
        ListNode => Made.List,
        _ => Made.Scalar,
    };

    private void Visit(Slot slot, int at)
    {
        if (at == _path.Count)
        {
            if (_matches.Count >= MaxMatches)
            {
                throw new KustomizeException($"a replacement path matches more than {MaxMatches} fields");
            }

            _matches.Add(slot);
            return;
        }

        var part = _path[at];
        if (FieldPath.IsNumber(part, out var index) && index >= 0)
        {
            VisitIndex(slot, at, index);
        }
        else if (FieldPath.IsListIndex(part))
        {
            VisitCondition(slot, at);
        }
        else if (part == "*")
        {
            var list = ListOf(slot.Node);
            for (var i = 0; i < list.Count; i++)
            {
                Visit(new Slot(list[i], list, "", i), at + 1);
            }
        }
        else
        {
            VisitField(slot, at, part);
        }
    }

    private void VisitField(Slot slot, int at, string name)
    {
        if (slot.Node.IsNull)
        {
            return;
        }

        var map = slot.Node as MapNode ?? throw Tree.WrongKind("MappingNode", slot.Node);
        var field = map[name];
        var created = false;
        if (field is null)
        {
            if (_create is null)
            {
                return;
            }

            field = New(at + 1);
            created = true;
            Tree.Append(map, name, field);
        }

        if (field is ScalarNode { Kind: not ScalarKind.Null } scalar && !created && at + 1 < _path.Count)
        {
            // The field holds a document of its own; what is found in there is only looked at, as in kustomize.
            var inner = YamlReader.ReadFirst(scalar.Text, "", new YamlReaderOptions { Schema = YamlSchema.Kustomize }) ?? ScalarNode.Null();
            Visit(new Slot(inner, null, "", 0), at + 1);
            return;
        }

        Visit(new Slot(field, map, name, 0), at + 1);
    }

    private void VisitIndex(Slot slot, int at, int index)
    {
        var list = ListOf(slot.Node);
        if (list.Count == index && _create is not null && slot.Node is ListNode)
        {
            list.Add(New(at + 1));
        }

        if (index >= list.Count)
        {
            throw new KustomizeException($"index {index} specified but only {list.Count} elements found");
        }

        Visit(new Slot(list[index], list, "", index), at + 1);
    }

    private void VisitCondition(Slot slot, int at)
    {
        var (name, pattern) = FieldPath.SplitIndex(_path[at]);
        var before = _matches.Count;
        var list = ListOf(slot.Node);
        VisitMatching(list, at, name, pattern);
        if (_matches.Count > before || _create is null || slot.Node is not ListNode)
        {
            return;
        }

        if (name.Length == 0)
        {
            list.Add(Tree.NewUntagged(pattern));
        }
        else
        {
            var item = new MapNode();
            Tree.Append(item, name, Tree.NewUntagged(pattern));
            list.Add(item);
        }

        VisitMatching(list, at, name, pattern);
    }

    private void VisitMatching(ListNode list, int at, string name, string pattern)
    {
        if (list.Count == 0)
        {
            return;
        }

        var regex = Pattern(pattern);
        for (var i = 0; i < list.Count; i++)
        {
            var item = list[i];
            if (name.Length == 0)
            {
                if (regex.IsMatch(KyamlText.Of(item).Trim()))
                {
                    _matches.Add(new Slot(item, list, "", i));
                }
            }
            else if (item is MapNode map && map[name] is { } value && regex.IsMatch(KyamlText.Of(value).Trim()))
            {
                Visit(new Slot(item, list, "", i), at + 1);
            }
        }
    }

    private GoRegex Pattern(string pattern)
    {
        if (_patterns is null)
        {
            return GoRegex.Anywhere(pattern);
        }

        if (!_patterns.TryGetValue(pattern, out var regex))
        {
            regex = GoRegex.Anywhere(pattern);
            _patterns.Add(pattern, regex);
        }

        return regex;
    }

    private Node New(int next)
    {
        if (next < _path.Count)
        {
            return FieldPath.IsListIndex(_path[next]) || (FieldPath.IsNumber(_path[next], out var index) && index >= 0) ? new ListNode() : new MapNode();
        }

        return _create switch
        {
            Made.Map => new MapNode(),
            Made.List => new ListNode(),
            _ => Tree.NewUntagged(""),
        };
    }

    private static ListNode ListOf(Node node) => node.IsNull ? new ListNode() : node as ListNode ?? throw Tree.WrongKind("SequenceNode", node);
}
