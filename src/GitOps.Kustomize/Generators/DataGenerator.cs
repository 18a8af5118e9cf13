using System.Text;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Generators;

/// <summary>Makes ConfigMaps and Secrets of literals, files and env files.</summary>
internal sealed class DataGenerator
{
    private const int LineLength = 70;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private readonly GeneratorArgs _args;
    private readonly Loader _loader;
    private readonly BuildContext _context;
    private readonly string _file;

    public DataGenerator(GeneratorArgs args, Loader loader, BuildContext context, string file)
    {
        _args = args;
        _loader = loader;
        _context = context;
        _file = file;
    }

    public Resource Generate()
    {
        var root = new MapNode();
        root.Set("apiVersion", new ScalarNode(ScalarKind.String, "v1"));
        root.Set("kind", new ScalarNode(ScalarKind.String, _args.IsSecret ? "Secret" : "ConfigMap"));
        if (_args.Name.Length == 0)
        {
            throw new KustomizeException($"{_file}: a configmap must have a name", new SourceLocation(_file));
        }

        var metadata = new MapNode();
        root.Set("metadata", metadata);
        metadata.Set("name", new ScalarNode(ScalarKind.String, _args.Name));
        if (_args.Namespace.Length > 0)
        {
            metadata.Set("namespace", new ScalarNode(ScalarKind.String, _args.Namespace));
        }

        if (_args.IsSecret)
        {
            root.Set("type", new ScalarNode(ScalarKind.String, _args.Type.Length == 0 ? "Opaque" : _args.Type));
        }

        AddData(root, LoadPairs());
        AddOptions(root, metadata);
        var resource = new Resource(root, _context.Schema, new SourceLocation(_file))
        {
            NeedsHash = _args.Options?.DisableNameSuffixHash != true,
            Behavior = _args.Behavior switch
            {
                "replace" => GenerationBehavior.Replace,
                "merge" => GenerationBehavior.Merge,
                "create" => GenerationBehavior.Create,
                _ => GenerationBehavior.Unspecified,
            },
        };
        return resource;
    }

    /// <summary>Base64 as kustomize writes it: long texts are broken into lines.</summary>
    public static string Base64(ReadOnlySpan<byte> bytes)
    {
        var text = Convert.ToBase64String(bytes);
        if (text.Length < LineLength)
        {
            return text;
        }

        var lines = new StringBuilder(text.Length + (text.Length / LineLength) + 1);
        for (var i = 0; i < text.Length; i += LineLength)
        {
            lines.Append(text.AsSpan(i, Math.Min(LineLength, text.Length - i))).Append('\n');
        }

        return lines.ToString();
    }

    private static string? TextOf(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private void AddData(MapNode root, SortedDictionary<string, ReadOnlyMemory<byte>> pairs)
    {
        if (_args.IsSecret)
        {
            root.Set("data", new MapNode());
        }

        foreach (var (key, bytes) in pairs)
        {
            var text = _args.IsSecret ? null : TextOf(bytes);
            var field = text is null && !_args.IsSecret ? "binaryData" : "data";
            var value = text ?? Base64(bytes.Span);
            Tree.Append(Tree.MapAt(root, field), key, new ScalarNode(ScalarKind.String, value, value.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.Plain));
        }
    }

    private void AddOptions(MapNode root, MapNode metadata)
    {
        AddAll(metadata, "labels", _args.Options?.Labels);
        AddAll(metadata, "annotations", _args.Options?.Annotations);
        if (_args.Options?.Immutable == true)
        {
            root.Set("immutable", ScalarNode.Boolean(true));
        }
    }

    private static void AddAll(MapNode metadata, string field, SortedDictionary<string, string>? values)
    {
        foreach (var (key, value) in values ?? [])
        {
            Tree.SetField(Tree.MapAt(metadata, field), key, new ScalarNode(ScalarKind.String, value, ScalarStyle.SingleQuoted), tagged: true);
        }
    }

    private SortedDictionary<string, ReadOnlyMemory<byte>> LoadPairs()
    {
        var pairs = new SortedDictionary<string, ReadOnlyMemory<byte>>(Utf8KeyComparer.Instance);
        foreach (var path in _args.Envs)
        {
            Guard("env source files", path, () => AddEnvFile(pairs, path));
        }

        foreach (var literal in _args.Literals)
        {
            var equals = literal.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new KustomizeException($"{_file}: invalid literal source {literal}, expected key=value", new SourceLocation(_file));
            }

            Add(pairs, literal[..equals], Encoding.UTF8.GetBytes(Unquote(literal[(equals + 1)..])));
        }

        foreach (var source in _args.Files)
        {
            var (key, path) = ParseFileSource(source);
            Guard("file sources", path, () => Add(pairs, key, _loader.Load(path, out _)));
        }

        return pairs;
    }

    private void Guard(string what, string path, Action load)
    {
        try
        {
            load();
        }
        catch (GitOpsException e)
        {
            throw new KustomizeException($"{_file}: loading KV pairs: {what}: '{path}': {e.Message}", e.Location ?? new SourceLocation(_file), e);
        }
    }

    private void AddEnvFile(SortedDictionary<string, ReadOnlyMemory<byte>> pairs, string path)
    {
        var bytes = _loader.Load(path, out var file);
        var text = TextOf(bytes) ?? throw new KustomizeException($"{file} has invalid utf8 bytes", new SourceLocation(file));
        if (text.StartsWith('\ufeff'))
        {
            text = text[1..];
        }

        foreach (var raw in text.Split('\n'))
        {
            var line = raw.EndsWith('\r') ? raw[..^1] : raw;
            line = line.TrimStart();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? line : line[..equals];

            // A name alone stands for an environment variable in older versions; 5.8 gives it no value.
            if (key.Length > 0)
            {
                Add(pairs, key, Encoding.UTF8.GetBytes(equals < 0 ? "" : line[(equals + 1)..]));
            }
        }
    }

    private void Add(SortedDictionary<string, ReadOnlyMemory<byte>> pairs, string key, ReadOnlyMemory<byte> value)
    {
        if (!pairs.TryAdd(key, value))
        {
            throw new KustomizeException($"{_file}: configmap {_args.Name} illegally repeats the key `{key}`", new SourceLocation(_file));
        }
    }

    private static string Unquote(string text) =>
        text.Length >= 2 && text[0] == text[^1] && text[0] is '"' or '\'' ? text[1..^1] : text;

    private (string Key, string Path) ParseFileSource(string source)
    {
        switch (source.Count(c => c == '='))
        {
            case 0:
                return (source.TrimEnd('/')[(source.TrimEnd('/').LastIndexOf('/') + 1)..], source);
            case 1 when source[0] == '=':
                throw new KustomizeException($"{_file}: missing key name for file path \"{source[1..]}\" in source \"{source}\"", new SourceLocation(_file));
            case 1 when source[^1] == '=':
                throw new KustomizeException($"{_file}: missing file path for key name \"{source[..^1]}\" in source \"{source}\"", new SourceLocation(_file));
            case 1:
                var parts = source.Split('=');
                return (parts[0], parts[1]);
            default:
                throw new KustomizeException($"{_file}: source \"{source}\" key name or file path contains '='", new SourceLocation(_file));
        }
    }
}
