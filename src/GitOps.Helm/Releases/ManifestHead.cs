using System.Globalization;
using GitOps.Helm.Values;

namespace GitOps.Helm.Releases;

/// <summary>The few fields of a document that decide where it goes; reading them also refuses text that is no YAML object.</summary>
internal sealed record ManifestHead(string ApiVersion, string Kind, string Name, IReadOnlyDictionary<string, string>? Annotations)
{
    private static readonly ManifestHead Empty = new("", "", "", null);

    /// <summary>Reads the head of a document.</summary>
    /// <param name="document">The text.</param>
    /// <param name="tree">The whole document; null when it is empty.</param>
    /// <exception cref="HelmException">The text is no YAML, or a field has the wrong kind.</exception>
    public static ManifestHead Read(string document, out Node? tree)
    {
        tree = YamlValues.ReadFirst(document);
        return Read(tree);
    }

    private static ManifestHead Read(Node? node)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return Empty;
            case MapNode map:
                RefuseNonFinite(map);
                var metadata = Field(map, "metadata");
                if (metadata is not (null or { IsNull: true } or MapNode))
                {
                    throw WrongKind(metadata, "SimpleHead.metadata", "struct");
                }

                return new ManifestHead(
                    Text(Field(map, "apiVersion"), "SimpleHead.apiVersion"),
                    Text(Field(map, "kind"), "SimpleHead.kind"),
                    Text(Field(metadata as MapNode, "name"), "SimpleHead.metadata.name"),
                    ReadAnnotations(Field(metadata as MapNode, "annotations")));
            default:
                throw new HelmException($"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {YamlValues.JsonKind(node)} into Go value of type util.SimpleHead");
        }
    }

    private static Dictionary<string, string>? ReadAnnotations(Node? node)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case MapNode map:
                var annotations = new Dictionary<string, string>(map.Count, StringComparer.Ordinal);
                foreach (var entry in map)
                {
                    annotations[entry.Key] = Text(entry.Value, "SimpleHead.metadata.annotations");
                }

                return annotations;
            default:
                throw WrongKind(node, "SimpleHead.metadata.annotations", "map[string]string");
        }
    }

    /// <summary>A field whatever the case of its name; of several, the last in byte order, as Go's decoder has it.</summary>
    private static Node? Field(MapNode? map, string name)
    {
        if (map is null)
        {
            return null;
        }

        Node? found = null;
        string? foundKey = null;
        for (var i = 0; i < map.Count; i++)
        {
            ref readonly var entry = ref map.EntryAt(i);
            if (entry.Key.Length == name.Length && entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase)
                && (foundKey is null || string.CompareOrdinal(entry.Key, foundKey) > 0))
            {
                (found, foundKey) = (entry.Value, entry.Key);
            }
        }

        return found;
    }

    private static string Text(Node? node, string field) => node switch
    {
        null or { IsNull: true } => "",
        ScalarNode scalar => ScalarText.Of(scalar),
        _ => throw WrongKind(node, field, "string"),
    };

    private static HelmException WrongKind(Node node, string field, string type) =>
        new($"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {YamlValues.JsonKind(node)} into Go struct field {field} of type {type}{(node.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $" (line {node.Line})") : "")}");

    private static void RefuseNonFinite(Node node)
    {
        switch (node)
        {
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    RefuseNonFinite(map.EntryAt(i).Value);
                }

                break;
            case ListNode list:
                for (var i = 0; i < list.Count; i++)
                {
                    RefuseNonFinite(list[i]);
                }

                break;
            case ScalarNode { Kind: ScalarKind.Float or ScalarKind.Binary } scalar:
                YamlValues.ToValue(scalar);
                break;
            default:
                break;
        }
    }
}
