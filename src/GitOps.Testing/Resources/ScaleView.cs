using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>Shows an object as an <c>autoscaling/v1 Scale</c> and takes changes of it back, field ownership included.</summary>
internal sealed class ScaleView
{
    private const string ApiVersion = "autoscaling/v1";
    private static readonly SchemaType ScaleType = BuiltInSchema.Find(ApiVersion, "Scale")!;
    private static readonly string[] ReplicasInScale = ["f:spec", "f:replicas"];

    private readonly string[] _replicas;
    private readonly string[] _statusReplicas;
    private readonly string[]? _selector;
    private readonly string _group;
    private readonly string _version;

    private ScaleView(string group, string version, string[] replicas, string[] statusReplicas, string[]? selector)
    {
        _group = group;
        _version = version;
        _replicas = replicas;
        _statusReplicas = statusReplicas;
        _selector = selector;
    }

    public static ResourceVersion Version { get; } = new("v1", ScaleType, new HashSet<string>(StringComparer.Ordinal));

    private string ParentApiVersion => _group.Length == 0 ? _version : $"{_group}/{_version}";

    public static ScaleView For(ResourceDefinition definition, ResourceVersion version)
    {
        var custom = version.Source?.GetMap("subresources")?.GetMap("scale");
        return custom is null
            ? new ScaleView(definition.Group, version.Name, ["spec", "replicas"], ["status", "replicas"], null)
            : new ScaleView(
                definition.Group,
                version.Name,
                Path(custom.GetString("specReplicasPath") ?? ".spec.replicas"),
                Path(custom.GetString("statusReplicasPath") ?? ".status.replicas"),
                custom.GetString("labelSelectorPath") is { Length: > 0 } selector ? Path(selector) : []);
    }

    /// <summary>Where the wanted count should stand and does not; <see langword="null"/> when it is there.</summary>
    public string? MissingReplicas(MapNode root) => At(root, _replicas) is null ? "." + string.Join('.', _replicas) : null;

    public MapNode Show(MapNode root)
    {
        var scale = new MapNode();
        scale.Set("kind", "Scale");
        scale.Set("apiVersion", ApiVersion);
        var metadata = new MapNode();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (root.GetMap("metadata")?[field] is { } value)
            {
                metadata[field] = value;
            }
        }

        scale["metadata"] = metadata;
        var spec = scale.GetOrAddMap("spec");
        if (At(root, _replicas) is ScalarNode replicas && replicas.TryGetInt64(out var wanted) && wanted != 0)
        {
            spec["replicas"] = replicas;
        }

        var status = scale.GetOrAddMap("status");
        status["replicas"] = At(root, _statusReplicas) is ScalarNode current && current.TryGetInt64(out _) ? current : ScalarNode.Integer(0);
        if (Selector(root) is { Length: > 0 } selector)
        {
            status.Set("selector", selector);
        }

        return scale;
    }

    public MapNode Update(MapNode live, Func<MapNode, MapNode> change, string manager, TimeProvider time)
    {
        var shown = WithManaged(Show(live), live);
        var changed = Read(change(Show(live)), live);
        var owned = Fields(time).Update(shown, ObjectMeta.With(changed, "metadata", shown["metadata"]!), manager);
        return Back(live, changed, owned);
    }

    public MapNode Apply(MapNode live, MapNode patch, string manager, bool force, TimeProvider time)
    {
        var merged = Fields(time).Apply(WithManaged(Show(live), live), patch, manager, force);
        return Back(live, Read(merged, live), merged);
    }

    private static string[] Path(string jsonPath) => jsonPath.TrimStart('.').Split('.');

    private static Node? At(MapNode root, string[] path)
    {
        Node? node = root;
        foreach (var step in path)
        {
            node = (node as MapNode)?[step];
        }

        return node;
    }

    private static FieldManager Fields(TimeProvider time) =>
        new(ScaleType, ApiVersion, "scale", FieldSet.OfFields("status"), new SingleVersion(ApiVersion, ScaleType), static () => new MapNode(), static m => m, time);

    private static MapNode Read(MapNode scale, MapNode live)
    {
        if (scale.GetString("kind") is { Length: > 0 } kind && kind != "Scale")
        {
            throw ApiException.BadRequest($"expected input object type to be Scale, but got {kind}");
        }

        var read = ServerForm.Object(ScaleType, scale);
        if (read.GetMap("metadata")?.GetString("name") is { Length: > 0 } name && name != ObjectMeta.Name(live))
        {
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({ObjectMeta.Name(live)})");
        }

        if (read.GetMap("spec")?["replicas"] is ScalarNode replicas && replicas.TryGetInt64(out var number) && number < 0)
        {
            throw ApiException.Invalid("autoscaling", "Scale", ObjectMeta.Name(live), [FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0")]);
        }

        read.Set("kind", "Scale");
        read.Set("apiVersion", ApiVersion);
        return read;
    }

    private string Selector(MapNode root)
    {
        if (_selector is { Length: > 0 })
        {
            return (At(root, _selector) as ScalarNode)?.Text ?? "";
        }

        if (_selector is not null)
        {
            return "";
        }

        var selector = root.GetMap("spec")?.GetMap("selector");
        if (selector is null)
        {
            return "";
        }

        var labels = selector.GetMap("matchLabels") ?? (selector.ContainsKey("matchExpressions") ? null : selector);
        var terms = (labels ?? []).Where(static l => l.Value is ScalarNode).Select(static l => $"{l.Key}={((ScalarNode)l.Value).Text}").ToList();
        foreach (var expression in selector.GetList("matchExpressions")?.OfType<MapNode>() ?? [])
        {
            var key = expression.GetString("key");
            var values = string.Join(',', expression.GetList("values")?.OfType<ScalarNode>().Select(static v => v.Text).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>());
            terms.Add(expression.GetString("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "Exists" => $"{key}",
                _ => $"!{key}",
            });
        }

        terms.Sort(StringComparer.Ordinal);
        return string.Join(',', terms);
    }

    private MapNode WithManaged(MapNode scale, MapNode live)
    {
        var parent = ManagedFields.Decode(live.GetMap("metadata")?.GetList("managedFields"));
        var path = _replicas.Select(PathElement.Field).ToArray();
        var managed = new Dictionary<ManagerId, ManagedEntry>();
        foreach (var (id, entry) in parent)
        {
            if (entry.ApiVersion == ParentApiVersion && entry.Fields.Has(path))
            {
                // The entry keeps its id so that it is found again; only its version is that of the view.
                managed[id.Applied ? id : id with { ApiVersion = ApiVersion }] = new ManagedEntry(FieldSet.Of([ReplicasInScale]), ApiVersion, entry.Time);
            }
        }

        return FieldManager.WithManagedFields(scale, ManagedFields.Encode(managed));
    }

    private MapNode Back(MapNode live, MapNode changed, MapNode owned)
    {
        var result = Put(live, _replicas, changed.GetMap("spec")?["replicas"] ?? ScalarNode.Integer(0));
        if (changed.GetMap("metadata")?.GetString("resourceVersion") is { Length: > 0 } revision)
        {
            result = ObjectMeta.Open(result, out var metadata);
            metadata.Set("resourceVersion", revision);
        }

        var path = _replicas.Select(PathElement.Field).ToArray();
        var replicas = FieldSet.Of([path]);
        var parent = ManagedFields.Decode(live.GetMap("metadata")?.GetList("managedFields"));
        var scale = ManagedFields.Decode(owned.GetMap("metadata")?.GetList("managedFields"));
        var managed = new Dictionary<ManagerId, ManagedEntry>();
        foreach (var (id, entry) in parent)
        {
            if (entry.ApiVersion != ParentApiVersion)
            {
                continue;
            }

            // An updater has another id in the view, so the view's entry always replaces its share.
            if (!entry.Fields.Has(path) || (id.Applied && scale.Remove(id)))
            {
                managed[id] = entry;
            }
            else if (entry.Fields.Difference(replicas) is { IsEmpty: false } rest)
            {
                managed[id] = entry with { Fields = rest };
            }
        }

        foreach (var (id, entry) in scale)
        {
            if (entry.Fields.Has(ReplicasInScale))
            {
                // The time of an entry that is new to the object is lost on the way, on a real server too.
                managed[id] = new ManagedEntry(replicas, ParentApiVersion, parent.GetValueOrDefault(id)?.Time);
            }
        }

        return FieldManager.WithManagedFields(result, ManagedFields.Encode(managed));
    }

    private static MapNode Put(MapNode root, string[] path, Node value)
    {
        var copy = FieldManager.Shallow(root);
        copy[path[0]] = path.Length == 1 ? value : Put(copy.GetMap(path[0]) ?? new MapNode(), path[1..], value);
        return copy;
    }
}
