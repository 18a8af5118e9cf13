using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Replacing;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Transformers;

/// <summary>Sets one value in fields of many resources, whole or as a piece of a path.</summary>
internal sealed class ValueAddTransformer : ITransformer
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes, DuplicateKeys = DuplicateKeys.LastWins, AllowJsonEscapes = false };

    private readonly string _value;
    private readonly List<Target> _targets;

    public ValueAddTransformer(ConfigReader reader, Loader loader, string file)
    {
        _value = reader.Text("value").Trim();
        if (_value.Length == 0)
        {
            _value = loader.Root.Name;
        }

        _targets = reader.Objects("targets", Target.Read);
        if (reader.Text("targetFilePath") is { Length: > 0 } path)
        {
            var text = loader.LoadText(path, out var name);
            var more = new ConfigReader(YamlReader.ReadFirst(text, name, s_yaml) as MapNode ?? new MapNode(), name, strict: false);
            _targets.AddRange(more.Objects("targets", Target.Read));
        }

        if (_targets.Count == 0)
        {
            throw new KustomizeException($"{file}: must specify at least one target", new SourceLocation(file));
        }

        foreach (var target in _targets)
        {
            if (target.FieldPath.Length == 0)
            {
                throw new KustomizeException($"{file}: fieldPath cannot be empty", new SourceLocation(file));
            }

            if (target.Position < 0)
            {
                throw new KustomizeException($"{file}: value of FilePathPosition ({target.Position}) cannot be negative", new SourceLocation(file));
            }
        }
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var target in _targets)
        {
            foreach (var resource in target.Selector is null ? [.. resources.Items] : resources.Select(target.Selector))
            {
                if (target.FieldPath == "metadata/namespace")
                {
                    new NamespaceTransformer(_value, []).Apply(resource);
                }
                else
                {
                    Set(resource, target);
                }
            }
        }

        resources.Touch();
    }

    private void Set(Resource resource, Target target)
    {
        var parts = PathSplitter.Split("/" + target.FieldPath, '/');
        var slots = PathMatcher.Match(resource.Root!, parts, PathMatcher.Made.Scalar);
        foreach (var slot in slots)
        {
            var scalar = slot.Node as ScalarNode ?? throw Tree.WrongKind("ScalarNode", slot.Node);
            Tree.SetText(scalar, target.Position > 0 ? Insert(scalar.Text, target.Position - 1, _value) : _value);
        }
    }

    /// <summary>Puts a piece into a file path at a place, counted from 0; behind its end when it is shorter.</summary>
    private static string Insert(string path, int position, string piece)
    {
        var rooted = path.StartsWith('/');
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        parts.Insert(Math.Min(position, parts.Count), piece);
        return (rooted ? "/" : "") + string.Join('/', parts);
    }

    private sealed record Target(Selector? Selector, string FieldPath, int Position)
    {
        public static Target Read(ConfigReader reader) => new(
            reader.Object("selector", Definition.Selector.Read), reader.Text("fieldPath"), (int)Math.Clamp(reader.Number("filePathPosition"), int.MinValue, int.MaxValue));
    }
}
