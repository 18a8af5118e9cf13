using GitOps.Kustomize.Schema;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Resources;

/// <summary>One resource of a build: its tree and what the build has to remember of its past.</summary>
internal sealed class Resource
{
    private readonly KubernetesSchema _schema;
    private List<PreviousId>? _previous;
    private bool _unevenPast;
    private string? _apiVersionText;
    private string? _kindText;
    private Gvk _gvk;
    private bool _clusterScoped;

    public Resource(MapNode root, KubernetesSchema schema, SourceLocation? source)
    {
        Root = root;
        Source = source;
        _schema = schema;
        TakeBuildAnnotations();
    }

    /// <summary>The tree; null once a patch has deleted the resource.</summary>
    public MapNode? Root { get; set; }

    public SourceLocation? Source { get; }

    public List<string> Prefixes { get; private set; } = [];

    public List<string> Suffixes { get; private set; } = [];

    public List<string> VarNames { get; } = [];

    public GenerationBehavior Behavior { get; set; }

    public bool NeedsHash { get; set; }

    public bool AllowNameChange { get; set; }

    public bool AllowKindChange { get; set; }

    public bool IsHelmGenerated { get; set; }

    public bool IsEmpty => Root is null || Root.Count == 0;

    public string Kind => Root is null ? "" : Tree.Text(Root["kind"]);

    public string ApiVersion => Root is null ? "" : Tree.Text(Root["apiVersion"]);

    public string Name => Root is null ? "" : Tree.MetaText(Root, "name");

    public string Namespace => Root is null ? "" : Tree.MetaText(Root, "namespace");

    public Gvk Gvk
    {
        get
        {
            var apiVersion = ApiVersion;
            var kind = Kind;
            if (!ReferenceEquals(apiVersion, _apiVersionText) || !ReferenceEquals(kind, _kindText))
            {
                _gvk = Gvk.Parse(apiVersion, kind);
                _clusterScoped = _schema.IsClusterScoped(apiVersion, kind);
                _apiVersionText = apiVersion;
                _kindText = kind;
            }

            return _gvk;
        }
    }

    public ResId CurrentId
    {
        get
        {
            var gvk = Gvk;
            return new ResId(gvk, Name, Namespace, _clusterScoped);
        }
    }

    /// <summary>The id the resource had when it was read.</summary>
    public ResId OriginalId => PreviousCount > 0 ? PreviousIdAt(0) : CurrentId;

    public int PreviousCount => _unevenPast ? throw UnevenPast() : _previous?.Count ?? 0;

    public ResId PreviousIdAt(int index)
    {
        // Ids of the past were written down with the namespace that counted, so the schema is not asked again.
        var previous = _previous![index];
        return new ResId(Gvk with { Kind = previous.Kind }, previous.Name, previous.Namespace, false);
    }

    public string PreviousNameAt(int index) => _previous![index].Name;

    public void StorePreviousId()
    {
        if (Root?["metadata"] is MapNode metadata && metadata["annotations"] is ListNode { Count: > 0 })
        {
            throw new KustomizeException($"metadata.annotations of {this} is a list, not a map", Source);
        }

        var id = CurrentId;
        RememberId(id.Name, id.EffectiveNamespace, id.Gvk.Kind);
    }

    public void ForgetBuild()
    {
        _previous = null;
        _unevenPast = false;
        Prefixes = [];
        Suffixes = [];
        NeedsHash = false;
        Behavior = GenerationBehavior.Unspecified;
    }

    /// <summary>Takes the past of another resource over, as a generator that merges into it does.</summary>
    public void TakeBuildFrom(Resource other)
    {
        _previous = other._previous is null ? null : [.. other._previous];
        _unevenPast = other._unevenPast;
        Prefixes = [.. other.Prefixes];
        Suffixes = [.. other.Suffixes];
        Behavior = other.Behavior;
        AllowNameChange = other.AllowNameChange;
        AllowKindChange = other.AllowKindChange;
        IsHelmGenerated = other.IsHelmGenerated;
        VarNames.Clear();
        VarNames.AddRange(other.VarNames);
    }

    public Resource DeepCopy()
    {
        var copy = new Resource((MapNode)(Root ?? new MapNode()).DeepClone(), _schema, Source)
        {
            Prefixes = [.. Prefixes],
            Suffixes = [.. Suffixes],
            Behavior = Behavior,
            NeedsHash = NeedsHash,
            AllowNameChange = AllowNameChange,
            AllowKindChange = AllowKindChange,
            IsHelmGenerated = IsHelmGenerated,
            _unevenPast = _unevenPast,
            _previous = _previous is null ? null : [.. _previous],
        };
        copy.VarNames.AddRange(VarNames);
        if (Root is not null)
        {
            _schema.Comments.Carry(Root, copy.Root!);
        }

        return copy;
    }

    public void SetName(string name) => Tree.SetField(Tree.MapAt(Root!, "metadata"), "name", name);

    public void SetKind(string kind) => Tree.SetField(Root!, "kind", kind);

    public void SetApiVersion(string apiVersion) => Tree.SetField(Root!, "apiVersion", apiVersion);

    public void SetNamespace(string value)
    {
        if (value.Length > 0)
        {
            Tree.SetField(Tree.MapAt(Root!, "metadata"), "namespace", value);
        }
        else if (Root!["metadata"] is MapNode metadata)
        {
            metadata.Remove("namespace");
        }
    }

    public Dictionary<string, string> Labels() => MetaMap("labels");

    public Dictionary<string, string> Annotations() => MetaMap("annotations");

    public void SetLabels(Dictionary<string, string> labels) => SetMetaMap("labels", labels);

    public void SetAnnotations(Dictionary<string, string> annotations) => SetMetaMap("annotations", annotations);

    /// <summary>A copy of the tree with the build's notes in its annotations.</summary>
    public MapNode WithBuildAnnotations()
    {
        var copy = DeepCopy();
        copy.ShowBuildAnnotations();
        return copy.Root!;
    }

    /// <summary>Puts the build's notes into the annotations, where a JSON patch can see that there are some.</summary>
    public void ShowBuildAnnotations()
    {
        var notes = new List<(string Key, string Value)>();
        if (_previous is { Count: > 0 })
        {
            notes.Add((BuildAnnotations.PreviousNames, string.Join(',', _previous.Select(p => p.Name))));
            notes.Add((BuildAnnotations.PreviousNamespaces, string.Join(',', _previous.Select(p => p.Namespace))));
            notes.Add((BuildAnnotations.PreviousKinds, string.Join(',', _previous.Select(p => p.Kind))));
        }

        if (Prefixes.Count > 0)
        {
            notes.Add((BuildAnnotations.Prefixes, string.Join(',', Prefixes)));
        }

        if (Suffixes.Count > 0)
        {
            notes.Add((BuildAnnotations.Suffixes, string.Join(',', Suffixes)));
        }

        if (NeedsHash)
        {
            notes.Add((BuildAnnotations.NeedsHash, "enabled"));
        }

        if (Behavior != GenerationBehavior.Unspecified)
        {
            notes.Add((BuildAnnotations.Behavior, Behavior.ToString()));
        }

        if (notes.Count == 0)
        {
            return;
        }

        var metadata = Tree.MapAt(Root!, "metadata");
        if (metadata["annotations"] is not (null or MapNode))
        {
            // What is no map gives way, as whenever kustomize writes annotations.
            metadata.Remove("annotations");
        }

        var annotations = Tree.MapAt(metadata, "annotations");
        foreach (var (key, value) in notes)
        {
            Tree.SetField(annotations, key, value, ScalarKind.String);
        }
    }

    public override string ToString() => CurrentId.ToString();

    private Dictionary<string, string> MetaMap(string field)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        switch (Root?["metadata"] is MapNode metadata ? metadata[field] : null)
        {
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    result[entry.Key] = Tree.Text(entry.Value);
                }

                foreach (var repeat in map.Repeats ?? [])
                {
                    result[repeat.Key] = Tree.Text(repeat.Value);
                }

                break;
            case ListNode list:
                // kustomize takes the items for keys and values in turn.
                for (var i = 0; i < list.Count; i += 2)
                {
                    result[Tree.Text(list[i])] = i + 1 < list.Count ? Tree.Text(list[i + 1]) : throw new KustomizeException($"metadata.{field} of {this} is a list, not a map", Source);
                }

                break;
            default:
                break;
        }

        return result;
    }

    private void SetMetaMap(string field, Dictionary<string, string> values)
    {
        var metadata = Tree.MapAt(Root!, "metadata");
        metadata.Remove(field);
        if (values.Count == 0)
        {
            return;
        }

        var map = new MapNode(values.Count);
        foreach (var key in values.Keys.Order(StringComparer.Ordinal))
        {
            Tree.Append(map, key, Tree.NewScalar(values[key], ScalarKind.String));
        }

        Tree.Append(metadata, field, map);
    }

    private void TakeBuildAnnotations()
    {
        if (Root?["metadata"] is not MapNode metadata || metadata["annotations"] is not MapNode annotations)
        {
            return;
        }

        var any = false;
        for (var i = 0; i < annotations.Count && !any; i++)
        {
            any = annotations.EntryAt(i).Key.StartsWith(BuildAnnotations.Prefix, StringComparison.Ordinal);
        }

        if (!any)
        {
            return;
        }

        if (annotations[BuildAnnotations.PreviousNames] is { } names)
        {
            RememberId(Tree.Text(names), Tree.Text(annotations[BuildAnnotations.PreviousNamespaces]), Tree.Text(annotations[BuildAnnotations.PreviousKinds]));
            if (_unevenPast)
            {
                throw UnevenPast();
            }
        }

        Prefixes = [.. annotations[BuildAnnotations.Prefixes] is { } p ? Split(p) : []];
        Suffixes = [.. annotations[BuildAnnotations.Suffixes] is { } x ? Split(x) : []];
        NeedsHash = Tree.Text(annotations[BuildAnnotations.NeedsHash]) == "enabled";
        AllowNameChange = Tree.Text(annotations[BuildAnnotations.AllowNameChange]) == "enabled";
        AllowKindChange = Tree.Text(annotations[BuildAnnotations.AllowKindChange]) == "enabled";
        IsHelmGenerated = Tree.Text(annotations[BuildAnnotations.HelmGenerated]) == "true";
        Behavior = Tree.Text(annotations[BuildAnnotations.Behavior]) switch
        {
            "replace" => GenerationBehavior.Replace,
            "merge" => GenerationBehavior.Merge,
            "create" => GenerationBehavior.Create,
            _ => GenerationBehavior.Unspecified,
        };
        foreach (var key in annotations.Keys.Where(a => a.StartsWith(BuildAnnotations.Prefix, StringComparison.Ordinal) && BuildAnnotations.Contains(a)).ToList())
        {
            annotations.Remove(key);
        }
    }

    // kustomize keeps each part of its notes as one text with commas: a comma of its own makes two of a name.
    private void RememberId(string name, string ns, string kind)
    {
        var (names, namespaces, kinds) = (Parts(name), Parts(ns), Parts(kind));
        _unevenPast |= names.Length != namespaces.Length || names.Length != kinds.Length;
        _previous ??= [];
        for (var i = 0; i < names.Length && !_unevenPast; i++)
        {
            _previous.Add(new PreviousId(names[i], namespaces[i], kinds[i]));
        }
    }

    private KustomizeException UnevenPast() => new($"number of previous names, number of previous namespaces, number of previous kinds not equal in {this}{ResourceSet.At(this)}", Source);

    private static string[] Parts(string list) => list.Length == 0 ? [] : list.Split(',');

    private static string[] Split(Node? list) => Tree.Text(list).Split(',');

    private readonly record struct PreviousId(string Name, string Namespace, string Kind);
}
