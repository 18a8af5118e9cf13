using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;
using GitOps.Schema;
using GitOps.TypedMerge;
using FieldSet = GitOps.Kubernetes.Applying.FieldSet;
using ManagedFields = GitOps.Kubernetes.Applying.ManagedFields;

namespace GitOps.Kubernetes.Drifting;

/// <summary>
/// Which of the fields that we set somebody else has changed, taken over or removed. The server itself keeps that book:
/// a field that is changed by another leaves our set in <c>managedFields</c>. So neither defaults nor spelling (<c>1000m</c>, <c>1</c>) are mistaken for drift.
/// </summary>
internal static class OwnedDiff
{
    /// <summary>Compares.</summary>
    /// <returns>The fields, and who changed one of them last.</returns>
    public static (IReadOnlyList<FieldChange> Fields, string? Manager, DateTimeOffset? Time) Compare(MapNode desired, MapNode live, SchemaType type, string fieldManager, IReadOnlyList<string> ignored)
    {
        var ours = new MapNode();
        foreach (var entry in ManagedFields.Of(live).Where(e => ManagedFields.IsOurs(e, fieldManager)))
        {
            FieldSet.AddAll(ours, entry.GetMap("fieldsV1") ?? new MapNode());
        }

        var walk = new Walk(live, ObjectDiff.IsSecret(desired), IgnoreRules.Test(ignored));
        foreach (var entry in desired)
        {
            if (entry.Key is not ("apiVersion" or "kind" or "status"))
            {
                walk.Field(entry.Key, entry.Value, live, ours, type, top: true);
            }
        }

        var newest = ManagedFields.Of(live)
            .Where(e => !ManagedFields.IsOurs(e, fieldManager) && walk.Pointers.Exists(p => ManagedFields.Owns(e, live, p)))
            .Concat(walk.Changes.Count == 0 ? [] : ManagedFields.Of(live).Where(e => !ManagedFields.IsOurs(e, fieldManager) && e.GetString("operation") == "Update" && string.IsNullOrEmpty(e.GetString("subresource"))).OrderByDescending(ManagedFields.TimeOf).Take(1))
            .FirstOrDefault();
        return (walk.Changes, newest?.GetString("manager"), newest is null ? null : ManagedFields.TimeOf(newest));
    }

    private sealed class Walk(MapNode root, bool secret, Func<string, bool>? ignore)
    {
        private readonly StringBuilder _path = new();
        private readonly StringBuilder _pointer = new();

        public List<FieldChange> Changes { get; } = [];

        public List<string[]> Pointers { get; } = [];

        public void Field(string key, Node wanted, Node? liveParent, MapNode? fieldsParent, SchemaType parent, bool top = false)
        {
            var type = parent.TypeOf(key) ?? SchemaType.Deduced;
            if (top && key == "metadata")
            {
                foreach (var part in ((MapNode)wanted).Where(static p => p.Key is "labels" or "annotations" or "finalizers" or "ownerReferences"))
                {
                    var state = Enter("metadata");
                    Field(part.Key, part.Value, (liveParent as MapNode)?["metadata"], fieldsParent?["f:metadata"] as MapNode, type);
                    Leave(state);
                }

                return;
            }

            var entered = Enter(key);
            Value(wanted, (liveParent as MapNode)?[key], fieldsParent?["f:" + key] as MapNode, type);
            Leave(entered);
        }

        private void Value(Node wanted, Node? live, MapNode? fields, SchemaType type)
        {
            if (ignore is not null && ignore(_pointer.ToString()))
            {
                return;
            }

            if (fields is null)
            {
                if (wanted is MapNode { Count: > 0 } && live is MapNode or null)
                {
                    foreach (var entry in (MapNode)wanted)
                    {
                        Field(entry.Key, entry.Value, live, null, type);
                    }

                    return;
                }

                if (wanted is ListNode { Count: > 0 } items && live is ListNode && HasItems(type))
                {
                    foreach (var item in items)
                    {
                        Item(items, item, live, new MapNode(), type);
                    }

                    return;
                }

                // Null and empty are sent, but the server keeps nothing of them.
                if (wanted is not (ScalarNode { Kind: ScalarKind.Null } or MapNode { Count: 0 } or ListNode { Count: 0 }) && !Node.DeepEquals(wanted, live))
                {
                    Report(wanted, live);
                }

                return;
            }

            if (fields.Count == 0)
            {
                return;
            }

            switch (wanted)
            {
                case MapNode map:
                    foreach (var entry in map)
                    {
                        Field(entry.Key, entry.Value, live, fields, type);
                    }

                    break;
                case ListNode list:
                    foreach (var item in list)
                    {
                        Item(list, item, live, fields, type);
                    }

                    break;
                default:
                    break;
            }
        }

        private void Item(ListNode list, Node item, Node? live, MapNode fields, SchemaType type)
        {
            var items = type.Items ?? SchemaType.Deduced;
            var step = HasItems(type) ? ListItem.Element(type, item, out _) : fields.Keys.FirstOrDefault(k => k != "." && ReferenceEquals(FieldSet.Step(list, k), item));
            var before = step is null ? (live as ListNode)?.FirstOrDefault(l => Node.DeepEquals(l, item)) : Find(live as ListNode, step, type);
            if (step is not null && fields.ContainsKey(step))
            {
                var owned = EnterStep(step, live as ListNode, before);
                Value(item, before, fields[step] as MapNode ?? new MapNode(), items);
                Leave(owned);
                return;
            }

            // An item that is not ours any more.
            if (Node.DeepEquals(before, item))
            {
                return;
            }

            var state = EnterStep(step ?? "", live as ListNode, before);
            if (item is MapNode && before is MapNode)
            {
                Value(item, before, null, items);
            }
            else
            {
                Report(item, before);
            }

            Leave(state);
        }

        private static bool HasItems(SchemaType type) => type is { Kind: SchemaKind.List, ListType: ListType.Map or ListType.Set };

        // By the element and not by the step's keys: a key that has only its default is not in the item.
        private static Node? Find(ListNode? live, string step, SchemaType type) =>
            HasItems(type) ? live?.FirstOrDefault(l => ListItem.Element(type, l, out _) == step) : FieldSet.Step(live, step);

        private void Report(Node wanted, Node? live)
        {
            if (Changes.Count >= 200)
            {
                return;
            }

            var hide = secret && (_path.ToString().StartsWith("data", StringComparison.Ordinal) || _path.ToString().StartsWith("stringData", StringComparison.Ordinal));
            Changes.Add(new FieldChange(
                _path.ToString(),
                live is null ? null : hide ? "\"*** (before)\"" : JsonTreeWriter.WriteText(live),
                hide ? "\"*** (after)\"" : JsonTreeWriter.WriteText(wanted)));
            if (JsonPointer.TryParse(_pointer.ToString(), out var pointer) && pointer.Find(root) is not null)
            {
                Pointers.Add(pointer.Tokens);
            }
        }

        private (int Path, int Pointer) Enter(string key)
        {
            var state = (_path.Length, _pointer.Length);
            FieldSet.AppendKey(_path, key);
            _pointer.Append('/').Append(JsonPointer.Escape(key));
            return state;
        }

        private (int Path, int Pointer) EnterStep(string step, ListNode? live, Node? item)
        {
            var state = (_path.Length, _pointer.Length);
            FieldSet.Describe(_path, step);
            var index = -1;
            for (var i = 0; live is not null && item is not null && i < live.Count && index < 0; i++)
            {
                index = ReferenceEquals(live[i], item) ? i : -1;
            }

            _pointer.Append('/').Append(index < 0 ? "-" : index.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return state;
        }

        private void Leave((int Path, int Pointer) state)
        {
            _path.Length = state.Path;
            _pointer.Length = state.Pointer;
        }
    }
}
