using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>The behaviour of kinds that a CRD defines.</summary>
internal sealed class CustomStrategy : ResourceStrategy
{
    private static readonly SchemaType MetadataType = BuiltInSchema.Definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")!;
    private readonly IReadOnlyDictionary<string, ResourceVersion> _versions;

    public CustomStrategy(string group, string kind, IEnumerable<ResourceVersion> versions, TimeProvider time)
        : base(group, kind, time) => _versions = versions.ToDictionary(static v => v.Name, StringComparer.Ordinal);

    public override MapNode Decode(string version, MapNode body, Action<string>? unknown)
    {
        var root = (MapNode)body.DeepClone();
        root["metadata"] = root["metadata"] switch
        {
            MapNode metadata => ServerForm.Value(MetadataType, metadata, Kind, unknown is null ? null : path => unknown($"metadata.{path}")),
            null or ScalarNode { Kind: ScalarKind.Null } => new MapNode(),
            _ => throw new DecodeException($"json: cannot unmarshal value into Go struct field {Kind}.metadata of type ObjectMeta"),
        };
        root.Set("apiVersion", $"{Group}/{version}");
        root.Set("kind", Kind);
        var type = TypeAt(version);
        CustomDefaults.Prune(type, root, unknown);
        if (unknown is not null)
        {
            // What a client sends loses its nulls; what a merge leaves keeps them and is judged with them.
            CustomDefaults.DropNulls(type, root);
        }

        CustomDefaults.Fill(type, root);
        Embedded(type, root);
        return root;
    }

    public override MapNode Empty(string version)
    {
        var empty = new MapNode();
        empty.Set("apiVersion", $"{Group}/{version}");
        empty.Set("kind", Kind);
        empty["metadata"] = new MapNode();
        return empty;
    }

    public override MapNode Convert(MapNode root, string version)
    {
        var apiVersion = $"{Group}/{version}";
        if (root.GetString("apiVersion") == apiVersion)
        {
            return root;
        }

        // Without a webhook versions differ in nothing but their name, their pruning and their defaults.
        return Decode(version, ObjectMeta.With(root, "apiVersion", ScalarNode.String(apiVersion)), null);
    }

    public override SchemaType TypeAt(string version) => _versions[version].Type;

    public override bool HasVersion(string version) => _versions.ContainsKey(version);

    public override string? CheckName(string name) => Names.DnsSubdomain(name);

    public override void PrepareCreate(MapNode root)
    {
        if (HasStatus(root))
        {
            root.Remove("status");
        }

        root.GetMap("metadata")!["generation"] = ScalarNode.Integer(1);
    }

    public override void PrepareUpdate(MapNode root, MapNode old, string subresource)
    {
        var metadata = root.GetMap("metadata")!;
        var hasStatus = HasStatus(root);
        if (subresource == "status")
        {
            var status = root["status"];
            var managed = metadata["managedFields"];
            root.Clear();
            foreach (var entry in old)
            {
                root[entry.Key] = entry.Value;
            }

            Put(root, "status", status);
            metadata = TypedMerge.FieldManager.Shallow(old.GetMap("metadata")!);
            Put(metadata, "managedFields", managed);
            root["metadata"] = metadata;
            return;
        }

        if (hasStatus)
        {
            Put(root, "status", old["status"]);
        }

        var generation = old.GetMap("metadata")?["generation"] is ScalarNode scalar && scalar.TryGetInt64(out var number) ? number : 0;
        metadata["generation"] = ScalarNode.Integer(Changed(root, old, hasStatus) ? generation + 1 : generation);
    }

    public override void ValidateCreate(MapNode root, List<FieldError> errors)
    {
        CustomValidation.Validate(TypeAt(VersionOf(root)), root, errors);
        ValidateScale(root, errors);
    }

    public override void ValidateUpdate(MapNode root, MapNode old, string subresource, List<FieldError> errors)
    {
        CustomValidation.Validate(TypeAt(VersionOf(root)), root, errors, old);
        ValidateScale(root, errors);
    }

    public override FieldSet? IgnoredFields(string version, string subresource)
    {
        if (!_versions[version].Subresources.Contains("status"))
        {
            return null;
        }

        if (subresource != "status")
        {
            return FieldSet.OfFields("status");
        }

        // Through the status subresource nothing but the status can be owned.
        var set = FieldSet.OfFields("metadata").Union(FieldSet.OfFields("spec"));
        foreach (var field in TypeAt(version).Fields)
        {
            if (field.Name is not ("status" or "apiVersion" or "kind"))
            {
                set = set.Union(FieldSet.OfFields(field.Name));
            }
        }

        return set;
    }

    public override bool SupportsField(string version, string path) =>
        base.SupportsField(version, path)
        || (_versions[version].Source?.GetList("selectableFields")?.OfType<MapNode>().Any(f => f.GetString("jsonPath")?.TrimStart('.') == path) ?? false);

    // Objects inside the object have metadata like any other.
    private void Embedded(SchemaType type, Node value)
    {
        switch (value)
        {
            case MapNode map when type.Kind == SchemaKind.Map:
                foreach (var entry in map.ToArray())
                {
                    if ((type.Field(entry.Key)?.Type ?? type.Values) is not { Source: not null } below)
                    {
                        continue;
                    }

                    if (below.EmbeddedResource && entry.Value is MapNode inner && inner.GetMap("metadata") is { } metadata)
                    {
                        inner["metadata"] = ServerForm.Value(MetadataType, metadata, Kind);
                    }

                    Embedded(below, entry.Value);
                }

                break;
            case ListNode list when type.Items is { Source: not null } items:
                foreach (var item in list)
                {
                    Embedded(items, item);
                }

                break;
        }
    }

    // Where the counts of the scale subresource stand, counts have to be.
    private void ValidateScale(MapNode root, List<FieldError> errors)
    {
        if (_versions[VersionOf(root)].Source?.GetMap("subresources")?.GetMap("scale") is not { } scale)
        {
            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["specReplicasPath", "statusReplicasPath"])
        {
            var path = scale.GetString(field) ?? "";
            Node? node = root;
            foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                if (node is not (MapNode or null))
                {
                    break;
                }

                node = (node as MapNode)?[step];
            }

            if (node is null)
            {
                continue;
            }

            if (node is not ScalarNode { Kind: ScalarKind.Integer } number || !number.TryGetInt64(out var count))
            {
                errors.Add(FieldError.Invalid(path, ScalarNode.Integer(0), $"{path} accessor error: the value is no integer"));
            }
            else if (count is < 0 or > int.MaxValue)
            {
                errors.Add(FieldError.Invalid(path, number, count < 0 ? "should be a non-negative integer" : $"should be less than or equal to {int.MaxValue}"));
            }
        }
    }

    private static string VersionOf(MapNode root)
    {
        var apiVersion = root.GetString("apiVersion") ?? "";
        return apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
    }

    private static void Put(MapNode map, string key, Node? value)
    {
        if (value is null)
        {
            map.Remove(key);
        }
        else
        {
            map[key] = value;
        }
    }

    private static bool Changed(MapNode root, MapNode old, bool hasStatus)
    {
        var keys = root.Keys.Concat(old.Keys).Where(k => k != "metadata" && (!hasStatus || k != "status")).Distinct(StringComparer.Ordinal);
        return keys.Any(k => !Node.DeepEquals(root[k], old[k]));
    }

    private bool HasStatus(MapNode root) => _versions[VersionOf(root)].Subresources.Contains("status");
}
