using GitOps.Kustomize.Schema;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Merging;

/// <content>Lists whose items have an identity.</content>
internal sealed partial class StrategicMerge
{
    /// <summary>Merges lists whose items have an identity.</summary>
    private sealed class ListMerge
    {
        private readonly StrategicMerge _owner;
        private readonly SchemaField _schema;
        private readonly int _depth;

        public ListMerge(StrategicMerge owner, SchemaField schema, int depth)
        {
            _owner = owner;
            _schema = schema;
            _depth = depth;
        }

        public Node? Merge(Node? dest, Node? src)
        {
            var target = VisitList(dest, src);
            if (target is null)
            {
                return null;
            }

            if (target is not ListNode list)
            {
                return target;
            }

            var source = src as ListNode;
            return _schema.Keys.Length > 0
                ? MergeItems(list, source, KeyValues(list, source), _schema.Keys)
                : MergeItems(list, source, Primitives(list, source), [""]);
        }

        private static Node? VisitList(Node? dest, Node? src) => Tree.IsMissingOrNull(dest) ? src : Chosen(dest, src);

        private List<string[]> KeyValues(ListNode dest, ListNode? src)
        {
            var result = new List<string[]>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var list in (ReadOnlySpan<ListNode?>)[src, dest])
            {
                if (list is null)
                {
                    continue;
                }

                foreach (var item in list)
                {
                    var values = new string[_schema.Keys.Length];
                    for (var k = 0; k < values.Length; k++)
                    {
                        var field = (item as MapNode)?[_schema.Keys[k]];
                        values[k] = Tree.IsNilOrEmpty(field) ? "" : Tree.Text(field);
                    }

                    if (seen.Add(string.Join('\0', values)))
                    {
                        result.Add(values);
                    }
                }
            }

            return result;
        }

        private static List<string[]> Primitives(ListNode dest, ListNode? src)
        {
            var result = new List<string[]>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in (src ?? []).Concat(dest))
            {
                if (seen.Add(Tree.Text(item)))
                {
                    result.Add([Tree.Text(item)]);
                }
            }

            return result;
        }

        private Node? MergeItems(ListNode dest, ListNode? src, List<string[]> valuesList, string[] keys)
        {
            if (keys.Length > 1)
            {
                FillPartialKeys(valuesList);
            }

            var itemSchema = _schema.Items ?? SchemaField.Of(_schema.Type);
            var added = new KeyedList();
            var destItems = new KeyedList(dest);
            var srcItems = ReferenceEquals(src, dest) ? destItems : src is null ? null : new KeyedList(src);
            string[] validKeys = keys;
            var usedKeys = UsedKeys(valuesList, keys);
            foreach (var values in valuesList)
            {
                string[] validValues;
                (validKeys, validValues) = Valid(keys, values, usedKeys);
                var (matchKeys, matchValues) = Valid(validKeys, validValues, UsedKeys([validValues], validKeys));
                var value = _owner.Walk(destItems.Find(matchKeys, matchValues), srcItems?.Find(matchKeys, matchValues), itemSchema, _depth + 1);
                if (Tree.IsEmptyMap(value))
                {
                    destItems.Set(null, validKeys, validValues);
                    continue;
                }

                if (value is MapNode item)
                {
                    for (var k = 0; k < validKeys.Length; k++)
                    {
                        if (validKeys[k].Length > 0 && item[validKeys[k]] is null && k < validValues.Length && validValues[k].Length > 0)
                        {
                            Tree.Append(item, validKeys[k], new ScalarNode(Tree.KindOf(validValues[k], ScalarStyle.Plain), validValues[k]));
                        }
                    }
                }

                added.Set(value, validKeys, validValues);
            }

            if (valuesList.Count > 0)
            {
                AppendItems(added, destItems, validKeys);
                return added.ToList(dest);
            }

            return dest;
        }

        private static void AppendItems(KeyedList into, KeyedList from, string[] keys)
        {
            foreach (var item in from.Items)
            {
                if (keys[0].Length == 0)
                {
                    into.Set(item, [""], [Tree.Text(item)]);
                    continue;
                }

                var values = new List<string>(keys.Length);
                foreach (var key in keys)
                {
                    if ((item as MapNode)?[key] is { } value)
                    {
                        values.Add(Tree.Text(value));
                    }
                    else
                    {
                        into.Append(item);
                    }
                }

                if (keys.Length > 1)
                {
                    into.Set(null, keys, [.. values]);
                }

                into.Set(item, keys, [.. values]);
            }
        }

        /// <summary>Fills the missing key fields of one item from another that agrees with it in a field.</summary>
        private static void FillPartialKeys(List<string[]> valuesList)
        {
            if (valuesList.Count > 2000)
            {
                throw new KustomizeException("a list that merges by several keys has more than 2000 items");
            }

            for (var i = 0; i < valuesList.Count; i++)
            {
                // What an item gets from one does not count when it meets the next, or items without any key would stop at the first.
                var item = valuesList[i];
                for (var j = 0; j < valuesList.Count; j++)
                {
                    if (TryJoin(item, valuesList[j]) is { } joined)
                    {
                        valuesList[i] = joined;
                        valuesList[j] = joined;
                    }
                }
            }
        }

        private static string[]? TryJoin(string[] a, string[] b)
        {
            var common = false;
            var joined = new string[a.Length];
            for (var i = 0; i < a.Length; i++)
            {
                if (string.Equals(a[i], b[i], StringComparison.Ordinal))
                {
                    common = true;
                    joined[i] = a[i];
                }
                else if (a[i].Length > 0 && b[i].Length > 0)
                {
                    return null;
                }
                else
                {
                    joined[i] = a[i].Length > 0 ? a[i] : b[i];
                }
            }

            return common ? joined : null;
        }

        private static bool[] UsedKeys(IEnumerable<string[]> valuesList, string[] keys)
        {
            var used = new bool[keys.Length];
            foreach (var values in valuesList)
            {
                for (var k = 0; k < values.Length && k < used.Length; k++)
                {
                    used[k] |= values[k].Length > 0;
                }
            }

            return used;
        }

        /// <summary>The keys that any item uses, with the values of one item; all keys when no item uses any.</summary>
        private static (string[] Keys, string[] Values) Valid(string[] keys, string[] values, bool[] used)
        {
            if (Array.TrueForAll(used, u => u) || !Array.Exists(used, u => u))
            {
                return (keys, values);
            }

            return ([.. keys.Where((_, k) => used[k])], [.. values.Where((v, k) => v.Length > 0 || used[k])]);
        }
    }
}
