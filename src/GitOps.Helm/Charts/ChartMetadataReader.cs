using System.Text.RegularExpressions;
using GitOps.Helm.Values;

namespace GitOps.Helm.Charts;

/// <summary>
/// Reads Chart.yaml, requirements.yaml and lock files with the tolerance of Go's JSON decoder behind sigs.k8s.io/yaml:
/// field names match whatever their case, numbers and booleans become text where text is wanted, unknown fields are skipped,
/// and everything else of the wrong kind is an error.
/// </summary>
internal static partial class ChartMetadataReader
{
    /// <summary>Reads a file's fields over what is known already.</summary>
    /// <exception cref="HelmException">The file is no YAML, or a field has the wrong kind.</exception>
    public static void Apply(ChartMetadata metadata, string yaml)
    {
        if (Document(yaml, "chart.Metadata") is not { } map)
        {
            return;
        }

        foreach (var (field, value) in Fields(map))
        {
            switch (field)
            {
                case "name": metadata.Name = Text(value, metadata.Name, "Metadata.name"); break;
                case "home": metadata.Home = Text(value, metadata.Home, "Metadata.home"); break;
                case "sources": metadata.Sources = Texts(value, metadata.Sources, "Metadata.sources"); break;
                case "version": metadata.Version = Text(value, metadata.Version, "Metadata.version"); break;
                case "description": metadata.Description = Text(value, metadata.Description, "Metadata.description"); break;
                case "keywords": metadata.Keywords = Texts(value, metadata.Keywords, "Metadata.keywords"); break;
                case "maintainers": metadata.Maintainers = Maintainers(value, metadata.Maintainers); break;
                case "icon": metadata.Icon = Text(value, metadata.Icon, "Metadata.icon"); break;
                case "apiversion": metadata.ApiVersion = Text(value, metadata.ApiVersion, "Metadata.apiVersion"); break;
                case "condition": metadata.Condition = Text(value, metadata.Condition, "Metadata.condition"); break;
                case "tags": metadata.Tags = Text(value, metadata.Tags, "Metadata.tags"); break;
                case "appversion": metadata.AppVersion = Text(value, metadata.AppVersion, "Metadata.appVersion"); break;
                case "deprecated": metadata.Deprecated = Flag(value, metadata.Deprecated, "Metadata.deprecated"); break;
                case "annotations": metadata.Annotations = TextMap(value, metadata.Annotations, "Metadata.annotations"); break;
                case "kubeversion": metadata.KubeVersion = Text(value, metadata.KubeVersion, "Metadata.kubeVersion"); break;
                case "dependencies": metadata.Dependencies = Dependencies(value, metadata.Dependencies, "Metadata.dependencies"); break;
                case "type": metadata.Type = Text(value, metadata.Type, "Metadata.type"); break;
                default: break;
            }
        }
    }

    /// <summary>Reads the apiVersion alone, which decides how the rest is read.</summary>
    public static string ReadApiVersion(string yaml)
    {
        var apiVersion = "";
        if (Document(yaml, "loader.chartBase") is { } map)
        {
            foreach (var (field, value) in Fields(map))
            {
                apiVersion = field == "apiversion" ? Text(value, apiVersion, "chartBase.apiVersion") : apiVersion;
            }
        }

        return apiVersion;
    }

    /// <summary>Reads Chart.lock or requirements.lock.</summary>
    public static ChartLock ReadLock(string yaml)
    {
        string generated = "", digest = "";
        List<ChartDependency?>? dependencies = null;
        if (Document(yaml, "v2.Lock") is { } map)
        {
            foreach (var (field, value) in Fields(map))
            {
                switch (field)
                {
                    case "generated":
                        generated = Text(value, generated, "Lock.generated");
                        if (!value.IsNull && !Rfc3339().IsMatch(generated))
                        {
                            throw Error($"parsing time \"\\\"{generated}\\\"\" as \"2006-01-02T15:04:05Z07:00\"");
                        }

                        break;
                    case "digest": digest = Text(value, digest, "Lock.digest"); break;
                    case "dependencies": dependencies = Dependencies(value, dependencies, "Lock.dependencies"); break;
                    default: break;
                }
            }
        }

        return new ChartLock(generated, digest, dependencies ?? []);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.,]\d+)?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339();

    private static MapNode? Document(string yaml, string type) => YamlValues.ReadFirst(yaml) switch
    {
        null or { IsNull: true } => null,
        MapNode map => map,
        var other => throw Error($"json: cannot unmarshal {YamlValues.JsonKind(other)} into Go value of type {type}"),
    };

    /// <summary>The fields under lower-case names, in the order in which Go decodes them: of two that differ in case only, the last wins.</summary>
    private static IEnumerable<(string Name, Node Value)> Fields(MapNode map) =>
        map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => (e.Key.ToLowerInvariant(), e.Value));

    private static string Text(Node value, string known, string field) => value switch
    {
        { IsNull: true } => known,
        ScalarNode scalar => ScalarText.Of(scalar),
        _ => throw WrongKind(value, field, "string"),
    };

    private static bool Flag(Node value, bool known, string field) => value switch
    {
        { IsNull: true } => known,
        ScalarNode { Kind: ScalarKind.Boolean } scalar => scalar.AsBoolean(),
        _ => throw WrongKind(value, field, "bool"),
    };

    private static IReadOnlyList<string> Texts(Node value, IReadOnlyList<string> known, string field) => value switch
    {
        { IsNull: true } => [],
        ListNode list => [.. list.Select((item, i) => Text(item, i < known.Count ? known[i] : "", field))],
        _ => throw WrongKind(value, field, "[]string"),
    };

    private static Dictionary<string, string>? TextMap(Node value, IReadOnlyDictionary<string, string>? known, string field)
    {
        switch (value)
        {
            case { IsNull: true }:
                return null;
            case MapNode map:
                var result = known is null ? new Dictionary<string, string>(StringComparer.Ordinal) : new Dictionary<string, string>(known, StringComparer.Ordinal);
                foreach (var entry in map)
                {
                    result[entry.Key] = Text(entry.Value, "", field);
                }

                return result;
            default:
                throw WrongKind(value, field, "map[string]string");
        }
    }

    private static List<ChartMaintainer?> Maintainers(Node value, IReadOnlyList<ChartMaintainer?> known)
    {
        switch (value)
        {
            case { IsNull: true }:
                return [];
            case ListNode list:
                return [.. list.Select((item, i) => Maintainer(item, i < known.Count ? known[i] : null))];
            default:
                throw WrongKind(value, "Metadata.maintainers", "[]*v2.Maintainer");
        }
    }

    private static ChartMaintainer? Maintainer(Node value, ChartMaintainer? known)
    {
        switch (value)
        {
            case { IsNull: true }:
                return null;
            case MapNode map:
                var maintainer = known ?? new ChartMaintainer("", "", "");
                foreach (var (field, item) in Fields(map))
                {
                    maintainer = field switch
                    {
                        "name" => maintainer with { Name = Text(item, maintainer.Name, "Maintainer.name") },
                        "email" => maintainer with { Email = Text(item, maintainer.Email, "Maintainer.email") },
                        "url" => maintainer with { Url = Text(item, maintainer.Url, "Maintainer.url") },
                        _ => maintainer,
                    };
                }

                return maintainer;
            default:
                throw WrongKind(value, "Metadata.maintainers", "v2.Maintainer");
        }
    }

    private static List<ChartDependency?>? Dependencies(Node value, List<ChartDependency?>? known, string field)
    {
        switch (value)
        {
            case { IsNull: true }:
                return null;
            case ListNode list:
                return [.. list.Select((item, i) => Dependency(item, known is not null && i < known.Count ? known[i] : null, field))];
            default:
                throw WrongKind(value, field, "[]*v2.Dependency");
        }
    }

    private static ChartDependency? Dependency(Node value, ChartDependency? known, string parent)
    {
        switch (value)
        {
            case { IsNull: true }:
                return null;
            case MapNode map:
                known ??= new ChartDependency();
                string name = known.Name, version = known.Version, repository = known.Repository, condition = known.Condition, alias = known.Alias;
                var tags = known.Tags;
                var enabled = known.Enabled;
                var importValues = known.ImportValues;
                foreach (var (field, item) in Fields(map))
                {
                    switch (field)
                    {
                        case "name": name = Text(item, name, "Dependency.name"); break;
                        case "version": version = Text(item, version, "Dependency.version"); break;
                        case "repository": repository = Text(item, repository, "Dependency.repository"); break;
                        case "condition": condition = Text(item, condition, "Dependency.condition"); break;
                        case "tags": tags = Texts(item, tags, "Dependency.tags"); break;
                        case "enabled": enabled = Flag(item, enabled, "Dependency.enabled"); break;
                        case "import-values":
                            importValues = item switch
                            {
                                { IsNull: true } => [],
                                ListNode list => [.. list.Select(YamlValues.ToValue)],
                                _ => throw WrongKind(item, "Dependency.import-values", "[]interface {}"),
                            };
                            break;
                        case "alias": alias = Text(item, alias, "Dependency.alias"); break;
                        default: break;
                    }
                }

                return new ChartDependency
                {
                    Name = name,
                    Version = version,
                    Repository = repository,
                    Condition = condition,
                    Tags = tags,
                    Enabled = enabled,
                    ImportValues = importValues,
                    Alias = alias,
                };
            default:
                throw WrongKind(value, parent, "v2.Dependency");
        }
    }

    private static HelmException WrongKind(Node value, string field, string type) =>
        Error($"json: cannot unmarshal {YamlValues.JsonKind(value)} into Go struct field {field} of type {type}{(value.Line > 0 ? $" (line {value.Line})" : "")}");

    private static HelmException Error(string message) => new($"error unmarshaling JSON: while decoding JSON: {message}");
}
