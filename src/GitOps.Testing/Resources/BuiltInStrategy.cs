using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>The behaviour of the built-in kinds.</summary>
internal class BuiltInStrategy : ResourceStrategy
{
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";
    private readonly KindRules _rules;
    private readonly bool _hasStatus;
    private readonly IReadOnlyDictionary<string, SchemaType> _types;
    private readonly Func<MapNode, string, MapNode>? _convert;

    public BuiltInStrategy(
        string group, string kind, IReadOnlyDictionary<string, SchemaType> types, bool hasStatus, KindRules rules, Func<MapNode, string, MapNode>? convert, TimeProvider time)
        : base(group, kind, time)
    {
        _types = types;
        _hasStatus = hasStatus;
        _rules = rules;
        _convert = convert;
    }

    public override MapNode Decode(string version, MapNode body, Action<string>? unknown)
    {
        var root = ServerForm.Object(TypeAt(version), body, unknown);
        root.Set("apiVersion", Group.Length == 0 ? version : $"{Group}/{version}");
        root.Set("kind", Kind);
        _rules.Default?.Invoke(root);
        return root;
    }

    public override MapNode Empty(string version)
    {
        var empty = ServerForm.Object(TypeAt(version), new MapNode());
        empty.Set("apiVersion", Group.Length == 0 ? version : $"{Group}/{version}");
        empty.Set("kind", Kind);
        return empty;
    }

    public override MapNode Convert(MapNode root, string version)
    {
        var apiVersion = Group.Length == 0 ? version : $"{Group}/{version}";
        return root.GetString("apiVersion") == apiVersion || _convert is null ? root : _convert(root, apiVersion);
    }

    public override SchemaType TypeAt(string version) => _types[version];

    public override bool HasVersion(string version) => _types.ContainsKey(version);

    public override string? CheckName(string name) => _rules.CheckName(name);

    public override bool ChecksPrefix => _rules.ChecksPrefix;

    public override void PrepareCreate(MapNode root)
    {
        if (_hasStatus && Kind != "Namespace")
        {
            ResetStatus(root, null);
        }

        if (_rules.GenerationFields.Count > 0 && !_rules.GenerationFromFirstChange)
        {
            root.GetMap("metadata")!["generation"] = ScalarNode.Integer(1);
        }

        _rules.PrepareCreate?.Invoke(root);
        DropDisabled(root);

        // Reading what was stored fills defaults in again, which matters for what the preparation added.
        _rules.Default?.Invoke(root);
    }

    public override void PrepareUpdate(MapNode root, MapNode old, string subresource)
    {
        var metadata = root.GetMap("metadata")!;
        if (subresource is "status" or "approval")
        {
            foreach (var field in old)
            {
                if (field.Key is not ("status" or "metadata"))
                {
                    root[field.Key] = field.Value;
                }
            }

            // Some kinds do not let their labels, or their owners, be changed on this way.
            foreach (var field in (ReadOnlySpan<string>)(Kind switch { "Deployment" => ["labels"], "Pod" => ["ownerReferences"], _ => [] }))
            {
                if (old.GetMap("metadata")?[field] is { } kept)
                {
                    metadata[field] = kept;
                }
                else
                {
                    metadata.Remove(field);
                }
            }

            if (Kind == "DaemonSet" && old.GetMap("metadata")?.GetMap("annotations")?[TemplateGeneration] is { } counted)
            {
                // Kept with the spec, though it is written among the annotations.
                var annotations = metadata.GetMap("annotations") is { } given ? TypedMerge.FieldManager.Shallow(given) : new MapNode();
                annotations[TemplateGeneration] = counted;
                metadata["annotations"] = annotations;
            }

            if (Kind == "Pod" && root.GetMap("status") is { } podStatus && old.GetMap("status")?["qosClass"] is { } quality)
            {
                // Follows from the spec, whoever reports the rest.
                podStatus["qosClass"] = quality;
            }

            // What is absent in the old object was added by the request.
            foreach (var key in root.Keys.Where(k => k is not ("status" or "metadata") && !old.ContainsKey(k)).ToArray())
            {
                root.Remove(key);
            }
        }
        else if (_hasStatus && subresource != "binding")
        {
            ResetStatus(root, old["status"]);
        }

        if (old.GetMap("metadata")?["generation"] is { } generation)
        {
            metadata["generation"] = generation;
        }
        else
        {
            metadata.Remove("generation");
        }

        if (subresource == "status")
        {
            _rules.PrepareStatus?.Invoke(root, old, Time);
        }

        if (subresource is "" or "scale")
        {
            _rules.PrepareUpdate?.Invoke(root, old);
            DropDisabled(root);
            if (Changed(root, old))
            {
                var current = old.GetMap("metadata")?["generation"] is ScalarNode scalar && scalar.TryGetInt64(out var number) ? number : 0;
                metadata["generation"] = ScalarNode.Integer(current + 1);
            }
        }
    }

    public override MapNode ToStorage(MapNode root, string version)
    {
        var stored = Convert(root, version);
        if (!ReferenceEquals(stored, root))
        {
            // Whoever reads it back sees the defaults of the stored version.
            _rules.Default?.Invoke(stored);
        }

        ServerForm.Stored(TypeAt(version), stored);
        return stored;
    }

    public override void ValidateCreate(MapNode root, List<FieldError> errors)
    {
        _rules.Validate?.Invoke(root, errors);
        _rules.ValidateCreate?.Invoke(root, errors);
    }

    public override void ValidateUpdate(MapNode root, MapNode old, string subresource, List<FieldError> errors)
    {
        if (subresource.Length == 0)
        {
            _rules.Validate?.Invoke(root, errors);
            _rules.ValidateUpdate?.Invoke(root, old, errors);
        }
        else if (subresource == "status")
        {
            _rules.ValidateStatus?.Invoke(root, old, errors);
        }
    }

    public override FieldSet? IgnoredFields(string version, string subresource)
    {
        if (!_hasStatus)
        {
            return null;
        }

        return subresource == "status"
            ? Kind == "Deployment" ? FieldSet.OfFields("spec").Union(FieldSet.OfFields("metadata", "labels"))
                : Kind == "Pod" ? FieldSet.OfFields("spec").Union(FieldSet.OfFields("metadata", "deletionTimestamp")).Union(FieldSet.OfFields("metadata", "ownerReferences"))
                : Kind == "CustomResourceDefinition" ? FieldSet.OfFields("spec").Union(FieldSet.OfFields("metadata"))
                : FieldSet.OfFields("spec")
            : FieldSet.OfFields("status");
    }

    public override bool SupportsField(string version, string path) => base.SupportsField(version, path) || _rules.SelectableFields.Contains(path, StringComparer.Ordinal);

    public override bool HasOwnFinalizers(MapNode root) => Kind == "Namespace" && root.GetMap("spec")?.GetList("finalizers") is { Count: > 0 };

    public override bool DeletesGracefully => Kind == "Pod";

    public override long GracePeriod(MapNode root, long? requested)
    {
        if (Kind != "Pod")
        {
            return 0;
        }

        // A pod that no node runs has nobody to stop it gracefully.
        if (root.GetMap("spec")?.GetString("nodeName") is not { Length: > 0 } || root.GetMap("status")?.GetString("phase") is "Failed" or "Succeeded")
        {
            return 0;
        }

        return requested ?? (root.GetMap("spec")?["terminationGracePeriodSeconds"] is ScalarNode s && s.TryGetInt64(out var seconds) ? seconds : 30);
    }

    public override void BeginDelete(MapNode root)
    {
        if (Kind == "Namespace" && root.GetMap("status") is { } status)
        {
            var copy = TypedMerge.FieldManager.Shallow(status);
            copy.Set("phase", "Terminating");
            root["status"] = copy;
        }
    }

    private void DropDisabled(MapNode root)
    {
        var at = _rules.PodSpec.Length > 0 ? root : null;
        foreach (var step in _rules.PodSpec)
        {
            at = at?.GetMap(step);
        }

        if (at is not null)
        {
            PodPreparation.DropDisabled(at);
        }
    }

    private void ResetStatus(MapNode root, Node? old)
    {
        if (old is not null)
        {
            root["status"] = old;
        }
        else if (TypeAt((root.GetString("apiVersion") ?? "")[((root.GetString("apiVersion") ?? "").IndexOf('/', StringComparison.Ordinal) + 1)..]).Field("status") is { } field)
        {
            root["status"] = ServerForm.Value(field.Type, new MapNode(), Kind);
        }
    }

    private bool Changed(MapNode root, MapNode old)
    {
        foreach (var field in _rules.GenerationFields)
        {
            if (!Node.DeepEquals(root[field], old[field]))
            {
                return true;
            }
        }

        return _rules.GenerationByAnnotations && !Node.DeepEquals(root.GetMap("metadata")?["annotations"], old.GetMap("metadata")?["annotations"]);
    }
}
