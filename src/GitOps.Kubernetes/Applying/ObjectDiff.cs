using System.Globalization;
using System.Text;
using GitOps.Json;
using GitOps.Schema;
using GitOps.TypedMerge;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// The fields that differ between two states of an object, as people read them; secret values are masked.
/// The kind's schema says which list items are the same: those of keyed lists by their keys, those of sets by their value, those of other lists by their place.
/// </summary>
internal static class ObjectDiff
{
    private const int MaximumChanges = 1000;
    private const int MaximumValueLength = 4096;

    private static readonly string[] s_ignoredMetadata = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>Compares.</summary>
    /// <param name="before">The live object.</param>
    /// <param name="after">The object as it will be.</param>
    /// <param name="type">The schema of the kind.</param>
    /// <param name="ignore">Fields to leave out, see <see cref="IgnoreRules"/>; <see langword="null"/> for none.</param>
    public static IReadOnlyList<FieldChange> Compare(MapNode before, MapNode after, SchemaType type, Func<string, bool>? ignore = null)
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
                walk.Metadata(before.GetMap(key) ?? new MapNode(), after.GetMap(key) ?? new MapNode(), type.TypeOf(key) ?? SchemaType.Deduced);
            }
            else
            {
                walk.Field(key, before[key], after[key], type);
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

        public void Metadata(MapNode before, MapNode after, SchemaType type)
        {
            var (path, pointer) = Enter("metadata");
            foreach (var key in Keys(before, after))
            {
                if (!s_ignoredMetadata.Contains(key))
                {
                    Field(key, before[key], after[key], type);
                }
            }

            Leave(path, pointer);
        }

        public void Field(string key, Node? before, Node? after, SchemaType parent)
        {
            var (path, pointer) = Enter(key);
            Compare(before, after, parent.TypeOf(key) ?? SchemaType.Deduced);
            Leave(path, pointer);
        }

        private void Compare(Node? before, Node? after, SchemaType type)
        {
            if (Changes.Count >= MaximumChanges || (ignore is not null && ignore(_pointer.ToString())) || Node.DeepEquals(before, after))
            {
                return;
            }

            switch (before, after)
            {
                case (MapNode a, MapNode b):
                    Fields(a, b, type);
                    break;
                case (MapNode { Count: > 0 } a, null) when secret && _pointer.ToString() is "/data":
                    Fields(a, new MapNode(), type);
                    break;
                case (null, MapNode { Count: > 0 } b) when secret && _pointer.ToString() is "/data":
                    Fields(new MapNode(), b, type);
                    break;
                case (ListNode a, ListNode b):
                    Lists(a, b, type);
                    break;
                default:
                    Report(before, after);
                    break;
            }
        }

        private void Fields(MapNode before, MapNode after, SchemaType type)
        {
            foreach (var key in Keys(before, after))
            {
                Field(key, before[key], after[key], type);
            }
        }

        private void Lists(ListNode before, ListNode after, SchemaType type)
        {
            var items = type.Items ?? SchemaType.Deduced;
            if (type is not { Kind: SchemaKind.List, ListType: ListType.Map or ListType.Set } || Index(type, before) is not { } old || Index(type, after) is not { } @new)
            {
                ByPlace(before, after, items);
                return;
            }

            var count = Changes.Count;
            foreach (var (element, (index, item)) in @new)
            {
                old.Remove(element, out var was);
                Item(FieldSet.Describe(element), index, was.Item, item, items);
            }

            foreach (var (element, (index, gone)) in old)
            {
                Item(FieldSet.Describe(element), index, gone, null, items);
            }

            if (Changes.Count == count && ignore is null)
            {
                // The same items in another order; no item can show that.
                Report(before, after);
            }
        }

        private void ByPlace(ListNode before, ListNode after, SchemaType items)
        {
            if (before.All(static n => n is ScalarNode) && after.All(static n => n is ScalarNode))
            {
                Report(before, after);
                return;
            }

            // An item that was put in or taken out must not make all that follow look changed.
            var (start, oldEnd, newEnd) = (0, before.Count, after.Count);
            while (start < Math.Min(oldEnd, newEnd) && Node.DeepEquals(before[start], after[start]))
            {
                start++;
            }

            while (oldEnd > start && newEnd > start && Node.DeepEquals(before[oldEnd - 1], after[newEnd - 1]))
            {
                oldEnd--;
                newEnd--;
            }

            for (var i = start; i < Math.Max(oldEnd, newEnd); i++)
            {
                Item($"[{i.ToString(CultureInfo.InvariantCulture)}]", i, i < oldEnd ? before[i] : null, i < newEnd ? after[i] : null, items);
            }
        }

        /// <summary>The items by what tells them apart; <see langword="null"/> when something of them does not.</summary>
        private static Dictionary<string, (int Index, Node Item)>? Index(SchemaType type, ListNode list)
        {
            Dictionary<string, (int, Node)> index = new(list.Count, StringComparer.Ordinal);
            for (var i = 0; i < list.Count; i++)
            {
                if (ListItem.Element(type, list[i], out _) is not { } element || !index.TryAdd(element, (i, list[i])))
                {
                    return null;
                }
            }

            return index;
        }

        private void Report(Node? before, Node? after) =>
            Changes.Add(new FieldChange(_path.ToString(), Show(before, "before", after is not null), Show(after, "after", before is not null)));

        private void Item(string shown, int index, Node? before, Node? after, SchemaType type)
        {
            var (path, pointer) = (_path.Length, _pointer.Length);
            _path.Append(shown);
            _pointer.Append('/').Append(index.ToString(CultureInfo.InvariantCulture));
            Compare(before, after, type);
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
    }
}
