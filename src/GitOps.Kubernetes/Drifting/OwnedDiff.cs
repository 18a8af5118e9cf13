using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Applying;

namespace GitOps.Kubernetes.Drifting;

/// <summary>
/// Which of the fields that we set somebody else has changed, taken over or removed. The server itself keeps that book:
/// a field that is changed by another leaves our set in <c>managedFields</c>. So neither defaults nor spelling (<c>1000m</c>, <c>1</c>) are mistaken for drift.
/// </summary>
internal static class OwnedDiff
{
    /// <summary>Compares.</summary>
    /// <returns>The fields, and who changed one of them last.</returns>
    public static (IReadOnlyList<FieldChange> Fields, string? Manager, DateTimeOffset? Time) Compare(MapNode desired, MapNode live, string fieldManager, IReadOnlyList<string> ignored)
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
                walk.Field(entry.Key, entry.Value, live, ours, top: true);
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

        public void Field(string key, Node wanted, Node? liveParent, MapNode? fieldsParent, bool top = false)
        {
            if (top && key == "metadata")
            {
                foreach (var part in ((MapNode)wanted).Where(static p => p.Key is "labels" or "annotations" or "finalizers" or "ownerReferences"))
                {
                    var state = Enter("metadata");
                    Field(part.Key, part.Value, (liveParent as MapNode)?["metadata"], fieldsParent?["f:metadata"] as MapNode);
                    Leave(state);
                }

                return;
            }

            var entered = Enter(key);
            Value(wanted, (liveParent as MapNode)?[key], fieldsParent?["f:" + key] as MapNode);
            Leave(entered);
        }

        private void Value(Node wanted, Node? live, MapNode? fields)
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
                        Field(entry.Key, entry.Value, live, null);
                    }

                    return;
                }

                if (wanted is ListNode { Count: > 0 } items && live is ListNode && items.All(static i => i is MapNode map && map.GetString("name") is not null))
                {
                    foreach (var item in items)
                    {
                        Item(items, item, live, new MapNode());
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
                        Field(entry.Key, entry.Value, live, fields);
                    }

                    break;
                case ListNode list:
                    foreach (var item in list)
                    {
                        Item(list, item, live, fields);
                    }

                    break;
                default:
                    break;
            }
        }

        private void Item(ListNode list, Node item, Node? live, MapNode fields)
        {
            foreach (var field in fields)
            {
                if (field.Key != "." && ReferenceEquals(FieldSet.Step(list, field.Key), item))
                {
                    var liveItem = FieldSet.Step(live, field.Key);
                    var state = EnterStep(field.Key, live as ListNode, liveItem);
                    Value(item, liveItem, field.Value as MapNode ?? new MapNode());
                    Leave(state);
                    return;
                }
            }

            // An item that is not ours any more. Its identity is what it says of itself.
            var name = (item as MapNode)?.GetString("name") ?? (item as ScalarNode)?.Text;
            var before = live is ListNode liveList ? liveList.FirstOrDefault(l => Node.DeepEquals(l, item) || (name is not null && (l as MapNode)?.GetString("name") == name)) : null;
            if (!Node.DeepEquals(before, item))
            {
                var state = (_path.Length, _pointer.Length);
                _path.Append('[').Append(name is null ? "" : item is MapNode ? "name=" + name : name).Append(']');
                if (item is MapNode && before is MapNode)
                {
                    _pointer.Append('/').Append(((ListNode)live!).ToList().IndexOf(before).ToString(System.Globalization.CultureInfo.InvariantCulture));
                    Value(item, before, null);
                }
                else
                {
                    Report(item, before);
                }

                Leave(state);
            }
        }

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
