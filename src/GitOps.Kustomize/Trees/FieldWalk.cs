using System.Globalization;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Trees;

/// <summary>Goes to the fields that a field spec names, through lists and maps, making what may be made, and hands each to a setter.</summary>
internal static class FieldWalk
{
    /// <summary>What is made where the spec says create and nothing is there.</summary>
    public enum Made
    {
        Nothing,
        Map,
        Scalar,
    }

    public static void Visit(Resource resource, FieldSpec spec, Made made, Action<Node> set)
    {
        if (!resource.Gvk.IsSelected(spec.Gvk))
        {
            return;
        }

        Visit(resource.Root!, resource, spec, made, set);
    }

    public static void Visit(MapNode root, Resource resource, FieldSpec spec, Made made, Action<Node> set)
    {
        try
        {
            Walk(root, spec, spec.Parts, 0, made, set);
        }
        catch (KustomizeException e)
        {
            throw new KustomizeException($"considering field '{spec.Path}' of object {resource}{ResourceSet.At(resource)}: {e.Message}", e.Location ?? resource.Source, e);
        }
    }

    private static void Walk(Node node, FieldSpec spec, string[] parts, int at, Made made, Action<Node> set)
    {
        if (at == parts.Length)
        {
            set(node);
            return;
        }

        switch (node)
        {
            case ScalarNode { Kind: ScalarKind.Null }:
                return;
            case ListNode list:
                for (var i = 0; i < list.Count; i++)
                {
                    Walk(list[i], spec, parts, at, made, set);
                }

                return;
            case MapNode map:
                WalkMap(map, spec, parts, at, made, set);
                return;
            default:
                throw new KustomizeException("expected sequence or mapping node");
        }
    }

    /// <summary>What means an item of a list in a path cannot name a field of a map.</summary>
    private static void RefuseListSyntax(string name)
    {
        if (name == "*")
        {
            throw new KustomizeException($"fieldName: {name}: wildcard is not supported in PathGetter");
        }

        if (name == "-" || (name[0] == '[' && name[^1] == ']') || ((char.IsAsciiDigit(name[0]) || name[0] is '+' or '-') && long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
        {
            throw new KustomizeException($"fieldName: {name}: wrong node kind: expected SequenceNode but got MappingNode");
        }
    }

    private static void WalkMap(MapNode map, FieldSpec spec, string[] parts, int at, Made made, Action<Node> set)
    {
        var name = parts[at];
        var isList = name.EndsWith("[]", StringComparison.Ordinal);
        if (isList)
        {
            name = name[..^2];
        }

        if (name.Length == 0)
        {
            throw new KustomizeException("cannot set or create an empty field name");
        }

        name = name.Trim();
        if (name.Length == 0)
        {
            Walk(map, spec, parts, at + 1, made, set);
            return;
        }

        RefuseListSyntax(name);
        var creates = spec.Create && made != Made.Nothing && !isList;
        var field = map[name];
        var wantsMap = at < parts.Length - 1 || made == Made.Map;
        if (field is null)
        {
            if (!creates)
            {
                return;
            }

            field = wantsMap ? new MapNode() : new ScalarNode(ScalarKind.String, "");
            Tree.Append(map, name, field);
        }
        else if (field.IsNull && (creates || isList))
        {
            field = isList ? new ListNode() : wantsMap ? new MapNode() : field;
            map.Set(name, field);
        }

        Walk(field, spec, parts, at + 1, made, set);
    }
}
