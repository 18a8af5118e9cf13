using System.Globalization;

namespace GitOps.Kustomize.Schema;

/// <summary>The facts about Kubernetes' own kinds that kustomize carries, read once from a table of this assembly.</summary>
internal sealed class BuiltInSchema
{
    private static readonly Lazy<BuiltInSchema> s_instance = new(Load);

    private readonly Dictionary<(string ApiVersion, string Kind), SchemaField> _kinds = [];
    private readonly HashSet<(string ApiVersion, string Kind)> _clusterScoped = [];
    private readonly Dictionary<string, SchemaType> _definitions = new(StringComparer.Ordinal);

    public static BuiltInSchema Instance => s_instance.Value;

    public SchemaField? Find(string apiVersion, string kind) => _kinds.GetValueOrDefault((apiVersion, kind));

    /// <summary>Whether it is known, without a look at any schema, if a kind has a namespace.</summary>
    public bool KnowsScope(string apiVersion, string kind) => _kinds.ContainsKey((apiVersion, kind)) || _clusterScoped.Contains((apiVersion, kind));

    /// <summary>The type of a definition, by the name that references use.</summary>
    public SchemaType? Definition(string name) => _definitions.GetValueOrDefault(name);

    public bool IsClusterScoped(string apiVersion, string kind) => _clusterScoped.Contains((apiVersion, kind));

    private static BuiltInSchema Load()
    {
        using var stream = typeof(BuiltInSchema).Assembly.GetManifestResourceStream("kubernetes-1.21.txt")!;
        using var reader = new StreamReader(stream);
        var schema = new BuiltInSchema();
        var types = new Dictionary<int, SchemaType>();
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || line[0] == '#')
            {
                continue;
            }

            switch (line[0])
            {
                case '!':
                    schema._clusterScoped.UnionWith(words.Skip(1).Select(ParseKind));
                    break;
                case '@':
                    var root = SchemaField.Of(TypeAt(types, words[0].AsSpan(1)))!;
                    foreach (var kind in words.Skip(1))
                    {
                        schema._kinds[ParseKind(kind)] = root;
                    }

                    break;
                default:
                    var type = TypeAt(types, words[0])!;
                    schema._definitions[words[1][1..]] = type;
                    foreach (var word in words.Skip(2))
                    {
                        AddField(types, type, word);
                    }

                    break;
            }
        }

        return schema;
    }

    private static void AddField(Dictionary<int, SchemaType> types, SchemaType type, string word)
    {
        var mark = word.AsSpan().LastIndexOfAny("].-*");
        var item = TypeAt(types, word.AsSpan(mark + 1));
        switch (word[mark])
        {
            case ']':
                var open = word.IndexOf('[', StringComparison.Ordinal);
                var keys = word[(open + 1)..mark].Split(',', StringSplitOptions.RemoveEmptyEntries);
                type.Add(word[..open], new SchemaField { IsList = true, Strategy = "merge", Keys = keys, Type = item });
                break;
            case '-':
                type.Add(word[..mark], new SchemaField { IsList = true, Type = item });
                break;
            case '*':
                type.Add(word[..mark], new SchemaField { Type = new SchemaType { Additional = SchemaField.Of(item) } });
                break;
            default:
                type.Add(word[..mark], SchemaField.Of(item)!);
                break;
        }
    }

    private static SchemaType? TypeAt(Dictionary<int, SchemaType> types, ReadOnlySpan<char> number)
    {
        if (number.Length == 0)
        {
            return null;
        }

        var id = int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
        if (!types.TryGetValue(id, out var type))
        {
            type = new SchemaType();
            types.Add(id, type);
        }

        return type;
    }

    private static (string ApiVersion, string Kind) ParseKind(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return (text[..colon], text[(colon + 1)..]);
    }
}
