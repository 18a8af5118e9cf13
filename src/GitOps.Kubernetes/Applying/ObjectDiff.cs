using System.Globalization;
using System.Text;
using GitOps.Json;

namespace GitOps.Kubernetes.Applying;

/// <summary>The fields that differ between two states of an object, as people read them; secret values are masked.</summary>
internal static class ObjectDiff
{
    private const int MaximumChanges = 1000;
    private const int MaximumValueLength = 4096;

    private static readonly string[] s_itemKeys = ["name", "key", "containerPort", "port", "mountPath", "devicePath", "ip", "type", "uid", "topologyKey", "id"];
    private static readonly string[] s_ignoredMetadata = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>Compares.</summary>
    /// <param name="before">The live object.</param>
    /// <param name="after">The object as it will be.</param>
    /// <param name="ignore">Fields to leave out, see <see cref="IgnoreRules"/>; <see langword="null"/> for none.</param>
    public static IReadOnlyList<FieldChange> Compare(MapNode before, MapNode after, Func<string, bool>? ignore = null)
    {
        var walk = new Walk(IsSecret(after), ignore);
        foreach (var key in Keys(before, after))
        {
            if (key is "status" or "apiVersion" or "kind")
            {
                continue;
            }

            if (key == "metadata")
            {
                walk.Metadata(before.GetMap(key) ?? new MapNode(), after.GetMap(key) ?? new MapNode());
            }
            else
            {
                walk.Field(key, before[key], after[key]);
            }
        }

        return walk.Changes;
    }

    public static bool IsSecret(MapNode root) => root.GetString("kind") == "Secret" && root.GetString("apiVersion") == "v1";

    private static IEnumerable<string> Keys(MapNode before, MapNode after) => after.Keys.Concat(before.Keys.Where(k => !after.ContainsKey(k)));

    private sealed class Walk(bool secret, Func<string, bool>? ignore)
    {
        private readonly StringBuilder _path = new();
        private readonly StringBuilder _pointer = new();

        public List<FieldChange> Changes { get; } = [];

        public void Metadata(MapNode before, MapNode after)
        {
            var (path, pointer) = Enter("metadata");
            foreach (var key in Keys(before, after))
            {
                if (!s_ignoredMetadata.Contains(key))
                {
                    Field(key, before[key], after[key]);
                }
            }

            Leave(path, pointer);
        }

        public void Field(string key, Node? before, Node? after)
        {
            var (path, pointer) = Enter(key);
            Compare(before, after);
            Leave(path, pointer);
        }

        private void Compare(Node? before, Node? after)
        {
            if (Changes.Count >= MaximumChanges || (ignore is not null && ignore(_pointer.ToString())) || Node.DeepEquals(before, after))
            {
                return;
            }

            switch (before, after)
            {
                case (MapNode a, MapNode b):
                    foreach (var key in Keys(a, b))
                    {
                        Field(key, a[key], b[key]);
                    }

                    break;
                case (MapNode { Count: > 0 } a, null) when secret && _pointer.ToString() is "/data":
                    foreach (var key in a.Keys.ToArray())
                    {
                        Field(key, a[key], null);
                    }

                    break;
                case (null, MapNode { Count: > 0 } b) when secret && _pointer.ToString() is "/data":
                    foreach (var key in b.Keys.ToArray())
                    {
                        Field(key, null, b[key]);
                    }

                    break;
                case (ListNode a, ListNode b):
                    Lists(a, b);
                    break;
                default:
                    Changes.Add(new FieldChange(_path.ToString(), Show(before, "before", after is not null), Show(after, "after", before is not null)));
                    break;
            }
        }

        private void Lists(ListNode before, ListNode after)
        {
            var keys = ItemKeys(before, after);
            if (keys is null)
            {
                if (before.All(static n => n is ScalarNode) && after.All(static n => n is ScalarNode))
                {
                    Changes.Add(new FieldChange(_path.ToString(), Show(before, "before", true), Show(after, "after", true)));
                    return;
                }

                for (var i = 0; i < Math.Max(before.Count, after.Count); i++)
                {
                    Item(i.ToString(CultureInfo.InvariantCulture), i, i < before.Count ? before[i] : null, i < after.Count ? after[i] : null);
                }

                return;
            }

            var old = before.Cast<MapNode>().ToDictionary(item => KeyOf(item, keys), StringComparer.Ordinal);
            var count = Changes.Count;
            for (var i = 0; i < after.Count; i++)
            {
                var key = KeyOf((MapNode)after[i], keys);
                old.Remove(key, out var was);
                Item(key, i, was, after[i]);
            }

            foreach (var (key, gone) in old)
            {
                Item(key, before.ToList().IndexOf(gone), gone, null);
            }

            if (Changes.Count == count && ignore is null)
            {
                Changes.Add(new FieldChange(_path.ToString(), Show(before, "before", true), Show(after, "after", true)));
            }
        }

        private void Item(string shown, int index, Node? before, Node? after)
        {
            var (path, pointer) = (_path.Length, _pointer.Length);
            _path.Append('[').Append(shown).Append(']');
            _pointer.Append('/').Append(index.ToString(CultureInfo.InvariantCulture));
            Compare(before, after);
            Leave(path, pointer);
        }

        private (int Path, int Pointer) Enter(string key)
        {
            var state = (_path.Length, _pointer.Length);
            FieldSet.AppendKey(_path, key);
            _pointer.Append('/').Append(JsonPointer.Escape(key));
            return state;
        }

        private void Leave(int path, int pointer)
        {
            _path.Length = path;
            _pointer.Length = pointer;
        }

        private string? Show(Node? value, string when, bool both)
        {
            if (value is null)
            {
                return null;
            }

            var pointer = _pointer.ToString();
            if (secret && (pointer.StartsWith("/data", StringComparison.Ordinal) || pointer.StartsWith("/stringData", StringComparison.Ordinal)))
            {
                return both ? $"\"*** ({when})\"" : "\"***\"";
            }

            var text = JsonTreeWriter.WriteText(value);
            return text.Length <= MaximumValueLength ? text : text[..MaximumValueLength] + "...";
        }

        private static string[]? ItemKeys(ListNode before, ListNode after)
        {
            if (before.Concat(after).Any(static n => n is not MapNode))
            {
                return null;
            }

            foreach (var key in s_itemKeys)
            {
                if (IsKey(before, [key]) && IsKey(after, [key]))
                {
                    return [key];
                }

                if (key is "containerPort" or "port" && IsKey(before, [key, "protocol"]) && IsKey(after, [key, "protocol"]))
                {
                    return [key, "protocol"];
                }
            }

            return null;
        }

        private static bool IsKey(ListNode list, string[] keys)
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            return list.All(n => keys.All(k => ((MapNode)n)[k] is ScalarNode { Kind: not ScalarKind.Null }) && seen.Add(KeyOf((MapNode)n, keys)));
        }

        private static string KeyOf(MapNode item, string[] keys) => string.Join(',', keys.Select(k => $"{k}={item.GetString(k)}"));
    }
}
