using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Replacing;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Transformers;

/// <summary>Copies values from fields of one resource to fields of others.</summary>
internal sealed class ReplacementTransformer : ITransformer
{
    private const string DefaultPath = "metadata.name";
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes, DuplicateKeys = DuplicateKeys.LastWins, AllowJsonEscapes = false };

    private readonly List<Replacement> _replacements = [];

    public ReplacementTransformer(IEnumerable<Replacement> replacements, Loading.Loader loader, string file)
    {
        foreach (var replacement in replacements)
        {
            if (replacement.Path.Length == 0)
            {
                _replacements.Add(replacement);
                continue;
            }

            if (replacement.Source is not null || replacement.Targets is { Count: > 0 })
            {
                throw new KustomizeException($"{file}: cannot specify both path and inline replacement", new SourceLocation(file));
            }

            var text = loader.LoadText(replacement.Path, out var name);
            switch (YamlReader.ReadFirst(text, name, s_yaml))
            {
                case ListNode list:
                    foreach (var item in list)
                    {
                        _replacements.Add(Replacement.Read(new ConfigReader(item as MapNode ?? new MapNode(), name, strict: false)));
                    }

                    break;
                case MapNode map:
                    _replacements.Add(Replacement.Read(new ConfigReader(map, name, strict: false)));
                    break;
                default:
                    throw new KustomizeException($"unsupported replacement type encountered within replacement path: {name}", new SourceLocation(name));
            }
        }
    }

    public void Transform(ResourceSet resources)
    {
        foreach (var replacement in _replacements)
        {
            if ((replacement.SourceValue is null && replacement.Source is null) || replacement.Targets is null)
            {
                throw new KustomizeException("replacements must specify a source and at least one target");
            }

            var value = ValueOf(resources, replacement);
            var patterns = new Dictionary<string, GoRegex>(StringComparer.Ordinal);
            foreach (var target in replacement.Targets)
            {
                Apply(resources, value, target, patterns);
            }
        }

        resources.Touch();
    }

    private static Node ValueOf(ResourceSet resources, Replacement replacement)
    {
        if (replacement.SourceValue is not null)
        {
            return replacement.Source is null
                ? new ScalarNode(Tree.KindOf(replacement.SourceValue, ScalarStyle.Plain), replacement.SourceValue)
                : throw new KustomizeException("value and resource selectors are mutually exclusive");
        }

        var source = replacement.Source!;
        var resource = FindSource(resources, source);
        var path = source.FieldPath.Length == 0 ? DefaultPath : source.FieldPath;
        Node? value;
        try
        {
            // Who takes the annotations as a whole takes what kustomize notes in them too.
            var root = path == "metadata.annotations" ? resource.WithBuildAnnotations() : resource.Root!;
            value = FieldPath.LookUp(root, PathSplitter.SplitSmart(path));
        }
        catch (KustomizeException e)
        {
            throw new KustomizeException($"error looking up replacement source: {e.Message}", resource.Source, e);
        }

        if (Tree.IsNilOrEmpty(value))
        {
            throw new KustomizeException($"fieldPath `{path}` is missing for replacement source {source}{ResourceSet.At(resource)}", resource.Source);
        }

        if (source.Options is not { Delimiter.Length: > 0 } options)
        {
            return value!;
        }

        var scalar = value as ScalarNode ?? throw new KustomizeException("delimiter option can only be used with scalar nodes");
        var parts = scalar.Text.Split(options.Delimiter);
        return options.Index >= 0 && options.Index < parts.Length
            ? new ScalarNode(scalar.Kind, parts[options.Index], scalar.Style)
            : throw new KustomizeException($"options.index {options.Index} is out of bounds for value {scalar.Text}");
    }

    private static Resource FindSource(ResourceSet resources, ReplacementSource source)
    {
        var selector = new ResId(source.Gvk, source.Name, source.Namespace, false);
        Resource? found = null;
        foreach (var resource in resources.Items)
        {
            if (!IdsOf(resource).Any(id => id.IsSelectedBy(selector)))
            {
                continue;
            }

            found = found is null ? resource : throw new KustomizeException($"multiple matches for selector {source}: {found} and {resource}");
        }

        return found ?? throw new KustomizeException($"nothing selected by {source}");
    }

    /// <summary>The present id and all earlier ones. They count as namespaced: kustomize does not ask the schema here.</summary>
    private static IEnumerable<ResId> IdsOf(Resource resource)
    {
        yield return resource.CurrentId with { IsClusterScoped = false };
        for (var i = 0; i < resource.PreviousCount; i++)
        {
            yield return resource.PreviousIdAt(i);
        }
    }

    private static void Apply(ResourceSet resources, Node value, ReplacementTarget target, Dictionary<string, GoRegex> patterns)
    {
        if (target.Select is null)
        {
            throw new KustomizeException("target must specify resources to select");
        }

        var select = new SelectorMatch(target.Select);
        var reject = target.Reject.ConvertAll(r => (Selector: r, Match: new SelectorMatch(r)));
        foreach (var resource in resources.Items)
        {
            if (!select.MatchesMetadata(resource)
                || reject.Exists(r => (r.Selector.AnnotationSelector.Length > 0 || r.Selector.LabelSelector.Length > 0) && r.Match.MatchesMetadata(resource)))
            {
                continue;
            }

            if (reject.Exists(r => r.Selector.HasId && IdsOf(resource).Any(id => Matches(r.Match, id))) || !IdsOf(resource).Any(id => Matches(select, id)))
            {
                continue;
            }

            try
            {
                Copy(resource, value, target, patterns);
            }
            catch (GitOpsException e)
            {
                throw new KustomizeException($"{e.Message} ({resource}{ResourceSet.At(resource)})", resource.Source, e);
            }
        }
    }

    private static bool Matches(SelectorMatch match, in ResId id) => match.MatchesGvk(id.Gvk) && match.MatchesName(id.Name) && match.MatchesNamespace(id.Namespace);

    private static void Copy(Resource resource, Node value, ReplacementTarget target, Dictionary<string, GoRegex> patterns)
    {
        var paths = target.FieldPaths.Count == 0 ? [DefaultPath] : target.FieldPaths;
        foreach (var path in paths)
        {
            PathMatcher.Made? create = target.Options?.Create == true ? PathMatcher.KindOf(value) : null;
            var parts = PathSplitter.SplitSmart(path);
            if (StructuredData.TrySet(resource.Root!, value, parts, create, patterns))
            {
                continue;
            }

            List<Slot> slots;
            try
            {
                slots = PathMatcher.Match(resource.Root!, parts, create, patterns);
            }
            catch (GitOpsException e)
            {
                throw new KustomizeException($"unable to find {(create is null ? "" : "or create ")}field \"{path}\" in replacement target: {e.Message}", null, e);
            }

            if (slots.Count == 0)
            {
                throw new KustomizeException($"unable to find {(create is null ? "" : "or create ")}field \"{path}\" in replacement target");
            }

            foreach (var slot in slots)
            {
                Set(target.Options, slot, value);
            }
        }
    }

    private static void Set(FieldOptions? options, in Slot slot, Node value)
    {
        var text = Tree.Text(value);
        if (options is { Delimiter.Length: > 0 })
        {
            if (slot.Node is not ScalarNode current)
            {
                throw new KustomizeException("delimiter option can only be used with scalar nodes");
            }

            var parts = current.Text.Split(options.Delimiter).ToList();
            if (options.Index < 0)
            {
                parts.Insert(0, text);
            }
            else if (options.Index >= parts.Count)
            {
                parts.Add(text);
            }
            else
            {
                parts[options.Index] = text;
            }

            text = string.Join(options.Delimiter, parts);
        }

        if (slot.Node is ScalarNode scalar)
        {
            Tree.Overwrite(scalar, text);
        }
        else
        {
            slot.Replace(value is ScalarNode source ? new ScalarNode(source.Kind, text, source.Style) : value.DeepClone());
        }
    }
}
