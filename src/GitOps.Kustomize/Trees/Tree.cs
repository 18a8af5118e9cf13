using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>Reads and changes object trees with the meaning that kustomize's own tree library gives to nulls, tags and quotes.</summary>
internal static class Tree
{
    /// <summary>A node's own text: a scalar's as written, nothing for maps and lists.</summary>
    public static string Text(Node? node) => node is ScalarNode scalar ? scalar.Text : "";

    /// <summary>A scalar's text; nothing for null.</summary>
    public static string Value(Node? node) => node is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : "";

    public static bool IsMissingOrNull(Node? node) => node is null || node.IsNull;

    public static bool IsNilOrEmpty(Node? node) => node is null || node.IsNull || node is MapNode { Count: 0 } || node is ListNode { Count: 0 };

    public static bool IsEmptyMap(Node? node) => IsMissingOrNull(node) || node is MapNode { Count: 0 };

    /// <summary>The text of a field of the metadata; empty when there is none.</summary>
    public static string MetaText(MapNode root, string field) =>
        root["metadata"] is MapNode metadata && !IsNilOrEmpty(metadata[field]) ? Text(metadata[field]) : "";

    /// <summary>Sets the text of a scalar. Its quotes stay; without a tag of its own a bare text means what it says.</summary>
    public static void SetText(ScalarNode scalar, string text, ScalarKind? tag = null) =>
        scalar.Become(tag ?? KindOf(text, StyleOf(scalar)), text, StyleOf(scalar), TagOf(tag is not null));

    /// <summary>Puts another text into a scalar, which keeps its tag: a number field stays one, and a text in it is then an error. Without a tag the new text says what it is.</summary>
    public static void Overwrite(ScalarNode scalar, string text) =>
        scalar.Become(scalar.Tag == ScalarTag.None ? KindOf(text, scalar.Style) : scalar.Kind, text, scalar.Style);

    /// <summary>The quotes that stay when a scalar's text changes; a null has none of its own.</summary>
    public static ScalarStyle StyleOf(ScalarNode scalar) => scalar.Kind == ScalarKind.Null ? ScalarStyle.Plain : scalar.Style;

    public static ScalarKind KindOf(string text, ScalarStyle style) =>
        style == ScalarStyle.Plain ? YamlResolver.Resolve(text, YamlSchema.Kustomize) : ScalarKind.String;

    /// <summary>A new scalar for a field. A text that YAML 1.1 would not take for a string is quoted, so it stays a string.</summary>
    public static ScalarNode NewScalar(string text, ScalarKind? tag = null)
    {
        var quoted = tag is null && text.Length > 0 && YamlResolver.Resolve(text, YamlSchema.Kubernetes) != ScalarKind.String;
        return Made(tag ?? ScalarKind.String, text, TagOf(tag is not null || quoted));
    }

    /// <summary>A new scalar whose text says what it is, now and whenever another takes its place.</summary>
    public static ScalarNode NewUntagged(string text) => Made(text.Length == 0 ? ScalarKind.String : KindOf(text, ScalarStyle.Plain), text, ScalarTag.None);

    /// <summary>Sets a field of a map: an existing scalar changes in place and keeps its quotes.</summary>
    public static void SetField(MapNode map, string name, string text, ScalarKind? tag = null) => SetField(map, name, NewScalar(text, tag), tag is not null);

    /// <summary>Sets a field of a map. A new field holds the very node that is given, which other maps may hold too.</summary>
    public static void SetField(MapNode map, string name, ScalarNode value, bool tagged)
    {
        var at = map.IndexOf(name);
        if (at < 0)
        {
            Append(map, name, value);
        }
        else if (map.EntryAt(at).Value is ScalarNode existing)
        {
            existing.Become(tagged ? value.Kind : KindOf(value.Text, StyleOf(existing)), value.Text, StyleOf(existing), TagOf(tagged));
        }
        else
        {
            map.Set(name, value.DeepClone());
        }
    }

    /// <summary>Appends a field; its key means what a bare key of that text means.</summary>
    public static void Append(MapNode map, string name, Node value) =>
        map.Add(new MapEntry(name, value, YamlResolver.Resolve(name, YamlSchema.Kustomize)));

    /// <summary>The map below a field, made when it is missing or null.</summary>
    public static MapNode MapAt(MapNode map, string name)
    {
        switch (map[name])
        {
            case MapNode found:
                return found;
            case null:
                var made = new MapNode();
                Append(map, name, made);
                return made;
            case ScalarNode { Kind: ScalarKind.Null }:
                var replaced = new MapNode();
                map.Set(name, replaced);
                return replaced;
            default:
                throw new KustomizeException($"the field '{name}' is not a map");
        }
    }

    /// <summary>Whether a map or list was written in braces or brackets.</summary>
    public static bool HasBraces(Node node) => node is MapNode { IsFlow: true } or ListNode { IsFlow: true };

    public static void SetBraces(Node node, bool has)
    {
        switch (node)
        {
            case MapNode map:
                map.IsFlow = has;
                break;
            case ListNode list:
                list.IsFlow = has;
                break;
            default:
                break;
        }
    }

    public static string KindName(Node node) => node switch
    {
        MapNode => "MappingNode",
        ListNode => "SequenceNode",
        _ => "ScalarNode",
    };

    /// <summary>What has no tag and looks like no text gets quotes when it is set as a field's value, and is text from then on.</summary>
    public static void QuoteUntagged(ScalarNode scalar)
    {
        if (scalar is { Tag: ScalarTag.None, Style: ScalarStyle.Plain, Text.Length: > 0 } && YamlResolver.Resolve(scalar.Text, YamlSchema.Kubernetes) != ScalarKind.String)
        {
            scalar.Become(ScalarKind.String, scalar.Text, ScalarStyle.DoubleQuoted);
        }
    }

    private static ScalarNode Made(ScalarKind kind, string text, ScalarTag tag)
    {
        var scalar = new ScalarNode(kind, text);
        scalar.Become(kind, text, ScalarStyle.Plain, tag);
        return scalar;
    }

    private static ScalarTag TagOf(bool given) => given ? ScalarTag.Given : ScalarTag.None;

    public static KustomizeException WrongKind(string expected, Node actual) =>
        new($"wrong node kind: expected {expected} but got {KindName(actual)}");
}
