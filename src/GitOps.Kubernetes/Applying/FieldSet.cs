using System.Text;
using GitOps.Json;

namespace GitOps.Kubernetes.Applying;

/// <summary>Work on sets of fields in the form of <c>fieldsV1</c>: <c>f:</c> a field, <c>k:</c> a list item by keys, <c>v:</c> a list item by value, <c>i:</c> by place.</summary>
internal static class FieldSet
{
    /// <summary>Adds all fields of one set to another.</summary>
    public static void AddAll(MapNode target, MapNode source)
    {
        foreach (var entry in source)
        {
            var child = entry.Value as MapNode ?? new MapNode();
            if (target[entry.Key] is MapNode known)
            {
                AddAll(known, child);
            }
            else
            {
                target.Set(entry.Key, child.DeepClone());
            }
        }
    }

    /// <summary>The place in an object that a step leads to; <see langword="null"/> when it is not there.</summary>
    public static Node? Step(Node? node, string step)
    {
        if (node is null || step.Length < 2)
        {
            return null;
        }

        var rest = step[2..];
        switch (step[0])
        {
            case 'f':
                return (node as MapNode)?[rest];
            case 'k' when node is ListNode list:
                return Parse(rest) is MapNode keys ? list.FirstOrDefault(item => HasKeys(item, keys)) : null;
            case 'v' when node is ListNode list:
                return Parse(rest) is { } value ? list.FirstOrDefault(item => Node.DeepEquals(item, value)) : null;
            case 'i' when node is ListNode list:
                return int.TryParse(rest, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < list.Count ? list[index] : null;
            default:
                return null;
        }
    }

    /// <summary>Removes from an object the fields of one set that another set does not hold.</summary>
    public static void RemoveUnless(Node value, MapNode fields, MapNode kept)
    {
        foreach (var entry in fields)
        {
            if (entry.Key == "." || Step(value, entry.Key) is not { } child)
            {
                continue;
            }

            if (kept[entry.Key] is not MapNode below)
            {
                Remove(value, entry.Key, child);
            }
            else if (entry.Value is MapNode { Count: > 0 } inner)
            {
                RemoveUnless(child, inner, below);
            }
        }
    }

    private static void Remove(Node value, string step, Node child)
    {
        if (value is MapNode map)
        {
            map.Remove(step[2..]);
        }
        else if (value is ListNode list)
        {
            list.RemoveAll(item => ReferenceEquals(item, child));
        }
    }

    /// <summary>A step as people read it: <c>spec</c>, <c>[name=web]</c>.</summary>
    public static string Describe(string step)
    {
        var path = new StringBuilder();
        Describe(path, step);
        return path.ToString();
    }

    /// <summary>Appends a step as people read it: <c>spec</c>, <c>[name=web]</c>.</summary>
    public static void Describe(StringBuilder path, string step)
    {
        if (step.Length < 2 || step == ".")
        {
            return;
        }

        var rest = step[2..];
        switch (step[0])
        {
            case 'f':
                AppendKey(path, rest);
                break;
            case 'k' when Parse(rest) is MapNode keys:
                path.Append('[').AppendJoin(',', keys.Select(k => $"{k.Key}={(k.Value as ScalarNode)?.Text}")).Append(']');
                break;
            default:
                path.Append('[').Append(rest.Trim('"')).Append(']');
                break;
        }
    }

    /// <summary>Appends a key to a path; a key with dots goes in brackets so that the path can be read back.</summary>
    public static void AppendKey(StringBuilder path, string key)
    {
        if (key.Contains('.', StringComparison.Ordinal) || key.Contains('/', StringComparison.Ordinal) || key.Length == 0)
        {
            path.Append('[').Append(key).Append(']');
        }
        else
        {
            path.Append(path.Length == 0 ? "" : ".").Append(key);
        }
    }

    private static bool HasKeys(Node item, MapNode keys)
    {
        if (item is not MapNode map)
        {
            return false;
        }

        foreach (var key in keys)
        {
            if (!Node.DeepEquals(map[key.Key], key.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static Node? Parse(string json)
    {
        try
        {
            return JsonTreeReader.Read(Encoding.UTF8.GetBytes(json));
        }
        catch (GitOpsException)
        {
            return null;
        }
    }
}
