using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Schema;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Merging;

/// <summary>Strategic merge patches with kustomize's rules: new list items go first, <c>$patch</c> works on maps and lists, null deletes.</summary>
internal sealed partial class StrategicMerge
{
    private const string Directive = "$patch";
    private const int MaxDepth = 500;

    private readonly KubernetesSchema _schema;

    public StrategicMerge(KubernetesSchema schema) => _schema = schema;

    private enum Strategy
    {
        Merge,
        Replace,
        Delete,
    }

    /// <summary>The one resource that a patch without a selector is for.</summary>
    public Resource FindTarget(ResourceSet resources, Resource patch)
    {
        var id = patch.OriginalId;
        var found = resources.WithAnyId(id);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new KustomizeException($"no resource matches strategic merge patch \"{id}\"{ResourceSet.At(patch)}: no matches for Id {id}; failed to find unique target for patch", patch.Source),
            _ => throw new KustomizeException($"multiple matches for Id {id}; failed to find unique target for patch {id}{ResourceSet.At(patch)}", patch.Source),
        };
    }

    /// <summary>Applies one patch to several resources and drops those it deletes.</summary>
    public void ApplyToAll(ResourceSet resources, IReadOnlyList<Resource> targets, Resource patch)
    {
        var ids = targets.Select(t => t.CurrentId).ToHashSet();
        if (ids.Count == 0)
        {
            return;
        }

        foreach (var resource in resources.Items)
        {
            if (resource.IsEmpty || !ids.Contains(resource.CurrentId))
            {
                continue;
            }

            var copy = patch.DeepCopy();

            // kustomize passes labels and annotations of such a patch through text maps, so nulls and directives in them turn into text.
            copy.SetLabels(copy.Labels());
            copy.SetAnnotations(copy.Annotations());
            copy.SetName(patch.Name);
            copy.SetNamespace(patch.Namespace);
            copy.SetApiVersion(resource.Gvk.ApiVersion);
            copy.SetKind(patch.Kind);
            Apply(resource, copy);
        }

        var kept = resources.Items.Where(r => !r.IsEmpty).ToList();
        resources.Reset([]);
        foreach (var resource in kept)
        {
            resources.Append(resource);
        }
    }

    public void Apply(Resource resource, Resource patch)
    {
        var (name, ns, kind) = (resource.Name, resource.Namespace, resource.Kind);
        if (patch.AllowNameChange || patch.AllowKindChange)
        {
            resource.StorePreviousId();
        }

        if (WipesAnnotations(patch.Root!))
        {
            resource.ForgetBuild();
        }

        try
        {
            if (Walk(resource.Root, patch.Root, null, 0) is null)
            {
                resource.Root = null;
            }
        }
        catch (KustomizeException e)
        {
            throw new KustomizeException($"applying strategic merge patch{ResourceSet.At(patch)} to {resource}: {e.Message}", e.Location ?? patch.Source, e);
        }

        if (resource.IsEmpty)
        {
            return;
        }

        if (!patch.AllowKindChange)
        {
            resource.SetKind(kind);
        }

        if (!patch.AllowNameChange)
        {
            resource.SetName(name);
        }

        resource.SetNamespace(ns);
    }

    /// <summary>Merges two trees; the first is changed.</summary>
    public Node? Merge(Node? destination, Node? patch) => Walk(destination, patch, null, 0);

    private static bool WipesAnnotations(MapNode patch)
    {
        if (patch["metadata"] is not MapNode metadata)
        {
            return patch["metadata"]?.IsNull == true;
        }

        return metadata["annotations"] switch
        {
            ScalarNode { Kind: ScalarKind.Null } => true,
            MapNode annotations => Tree.Text(annotations[Directive]) is "replace" or "delete",
            _ => Tree.Text(metadata[Directive]) is "replace" or "delete",
        };
    }

    private Node? Walk(Node? dest, Node? src, SchemaField? schema, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new KustomizeException($"maps and lists nest deeper than {MaxDepth}");
        }

        schema = _schema.Comments.Find(dest) ?? _schema.Comments.Find(src) ?? schema ?? SchemaOf(dest) ?? SchemaOf(src);
        var decides = Tree.IsMissingOrNull(dest) ? Tree.IsMissingOrNull(src) ? null : src : dest;
        switch (decides)
        {
            case null:
                return WalkMap(dest, src, schema, depth);
            case MapNode:
                RequireKind<MapNode>("MappingNode", dest, src);
                return WalkMap(dest, src, schema, depth);
            case ListNode:
                RequireKind<ListNode>("SequenceNode", dest, src);
                return schema?.Merges == true ? new ListMerge(this, schema, depth).Merge(dest, src) : src ?? dest;
            default:
                RequireKind<ScalarNode>("ScalarNode", dest, src);
                return src ?? dest;
        }
    }

    private SchemaField? SchemaOf(Node? node) =>
        node is MapNode map && map["kind"] is { } kind && map["apiVersion"] is { } apiVersion ? _schema.Find(Tree.Value(apiVersion), Tree.Value(kind)) : null;

    private static void RequireKind<T>(string expected, Node? dest, Node? src)
        where T : Node
    {
        if (!Tree.IsMissingOrNull(dest) && dest is not T)
        {
            throw Tree.WrongKind(expected, dest!);
        }

        if (!Tree.IsMissingOrNull(src) && src is not T)
        {
            throw Tree.WrongKind(expected, src!);
        }
    }

    private Node? WalkMap(Node? dest, Node? src, SchemaField? schema, int depth)
    {
        var target = VisitMap(dest, src);
        if (target is not MapNode map)
        {
            return target;
        }

        var names = Fields(map, src as MapNode);
        foreach (var name in names)
        {
            // The parts are looked up again each time: a merge below may have changed this very map.
            var value = Walk(map[name], src is MapNode patch ? patch[name] : null, schema?.Type?.Field(name), depth + 1);
            SetField(map, name, value, dest, src);
        }

        return map;
    }

    private static Node? VisitMap(Node? dest, Node? src)
    {
        if (Tree.IsMissingOrNull(dest))
        {
            if (src is MapNode or ListNode && TryDirective(src) == Strategy.Delete)
            {
                return null;
            }

            // A null that is written out stays; one that is only an empty place does not.
            return src is null && dest is ScalarNode { Text.Length: > 0 } ? dest : src;
        }

        return Chosen(dest, src);
    }

    /// <summary>What stays of a value that is not merged into: the patch takes it away, takes its place or leaves it.</summary>
    private static Node? Chosen(Node? dest, Node? src) => src switch
    {
        null => dest,
        { IsNull: true } => null,
        _ => DirectiveOf(src) switch
        {
            Strategy.Delete => null,
            Strategy.Replace => src,
            _ => dest,
        },
    };

    private static void SetField(MapNode map, string name, Node? value, Node? dest, Node? src)
    {
        if (name.Length == 0)
        {
            throw Tree.WrongKind("ScalarNode", map);
        }

        if (value is null)
        {
            Remove(map, name);
            return;
        }

        var existing = map[name];
        if (value.IsNull)
        {
            // Only a null of the destination itself, written out, is kept.
            if (!ReferenceEquals(existing, value) || src is MapNode patch && ReferenceEquals(patch[name], value) || value is ScalarNode { Text.Length: 0 })
            {
                Remove(map, name);
            }

            return;
        }

        if (value is ScalarNode untagged)
        {
            Tree.QuoteUntagged(untagged);
        }

        if (ReferenceEquals(existing, value))
        {
            return;
        }

        if (existing is ScalarNode old && value is ScalarNode scalar)
        {
            // The quotes of the old value stay, and what is in quotes is text.
            var style = Tree.StyleOf(old);
            old.Become(style != ScalarStyle.Plain && old.Kind == ScalarKind.String ? ScalarKind.String : scalar.Kind, scalar.Text, style, scalar.Tag);
        }
        else if (existing is null)
        {
            var at = src is MapNode from ? from.IndexOf(name) : -1;
            map.Add(at < 0 ? new MapEntry(name, value) : ((MapNode)src!).EntryAt(at) with { Value = value });
        }
        else
        {
            // As the quotes of a scalar, so the braces of what was there.
            Tree.SetBraces(value, Tree.HasBraces(existing));
            map.Set(name, value);
        }
    }

    // Of a key that was there twice the second value comes to light.
    private static void Remove(MapNode map, string name)
    {
        map.Remove(name);
        var at = map.Repeats?.FindIndex(r => r.Key == name) ?? -1;
        if (at >= 0)
        {
            map.Add(map.Repeats![at]);
            map.Repeats.RemoveAt(at);
        }
    }

    private static List<string> Fields(MapNode map, MapNode? other)
    {
        var names = new List<string>(map.Count + (other?.Count ?? 0));
        names.AddRange(map.Keys);
        if (other is not null && !ReferenceEquals(map, other))
        {
            foreach (var name in other.Keys)
            {
                if (!map.ContainsKey(name))
                {
                    names.Add(name);
                }
            }
        }

        names.Sort(Utf8KeyComparer.Instance);
        return names;
    }

    private static Strategy? TryDirective(Node patch)
    {
        try
        {
            return DirectiveOf(patch);
        }
        catch (KustomizeException)
        {
            return null;
        }
    }

    /// <summary>What <c>$patch</c> says; the directive is taken out.</summary>
    private static Strategy DirectiveOf(Node patch)
    {
        switch (patch)
        {
            case MapNode map:
                if (map[Directive] is not { } value)
                {
                    return Strategy.Merge;
                }

                var strategy = Parse(Tree.Text(value));
                map.Remove(Directive);
                return strategy;
            case ListNode list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is MapNode item && item[Directive] is { } text)
                    {
                        if (item.Count > 1)
                        {
                            return Strategy.Merge;
                        }

                        var found = Parse(Tree.Text(text));
                        RemoveDirectives(list, Tree.Text(text));
                        return found;
                    }
                }

                return Strategy.Merge;
            default:
                throw new KustomizeException("no implemented strategic merge patch strategy for a scalar");
        }
    }

    private static void RemoveDirectives(ListNode list, string value) =>
        list.RemoveAll(i => i is MapNode map ? map.Count == 0 || (map[Directive] is { } d && Tree.Text(d) == value) : i.IsNull);

    private static Strategy Parse(string text) => text switch
    {
        "merge" => Strategy.Merge,
        "replace" => Strategy.Replace,
        "delete" => Strategy.Delete,
        _ => throw new KustomizeException($"unknown patch strategy '{text}'"),
    };
}
