using System.Buffers;
using System.Text;
using System.Text.Json;
using GitOps.Json;
using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>
/// Compares two JSON texts of one kind without making trees: both are scanned into flat token tables from a pool,
/// equal stretches of bytes are skipped whole, and only what differs costs an allocation.
/// </summary>
/// <remarks>Answers what <see cref="TypedCompare"/> answers. What it cannot decide on bytes alone it hands to the tree comparison.</remarks>
internal static class JsonDiff
{
    private const int MaxDepth = 256;

    /// <summary>Compares two texts.</summary>
    /// <param name="type">The schema of both.</param>
    /// <param name="left">The old object.</param>
    /// <param name="right">The new object.</param>
    /// <returns>What differs.</returns>
    /// <exception cref="JsonFormatException">A text is not JSON.</exception>
    /// <exception cref="TypedException">A list item cannot be identified.</exception>
    public static Comparison Compare(SchemaType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return Same;
        }

        var a = new TokenTable(left);
        var b = new TokenTable(right);
        try
        {
            a.Scan();
            b.Scan();
            var level = default(Level);
            new Walk(a, b).Value(type, 0, 0, ref level, out _);
            return level.IsEmpty ? Same : new Comparison(level.Removed.Build(), level.Modified.Build(), level.Added.Build());
        }
        catch (JsonException e)
        {
            throw new JsonFormatException(Reasons.BuildFailed, $"not valid JSON: {e.Message}", new SourceLocation(""));
        }
        finally
        {
            a.Return();
            b.Return();
        }
    }

    private static Comparison Same { get; } = new(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);

    /// <summary>One value of a text: what it is, where its bytes are, and where the next sibling's token is.</summary>
    private struct Token
    {
        public JsonTokenType Type;
        public bool Escaped;

        /// <summary>The bytes of the whole value, quotes and braces included.</summary>
        public int Start;
        public int Length;

        /// <summary>The bytes of the key in front of it, without quotes; -1 for list items.</summary>
        public int KeyStart;
        public int KeyLength;

        /// <summary>The index of the first token behind this value and all below it.</summary>
        public int Next;

        /// <summary>How many items or entries the value has.</summary>
        public int Count;
    }

    private ref struct TokenTable
    {
        private Token[] _tokens;
        private int _count;

        public TokenTable(ReadOnlySpan<byte> text)
        {
            Text = text;
            _tokens = ArrayPool<Token>.Shared.Rent(Math.Max(64, text.Length / 12));
        }

        public ReadOnlySpan<byte> Text { get; }

        public readonly ref Token this[int index] => ref _tokens[index];

        public void Scan()
        {
            var reader = new Utf8JsonReader(Text, new JsonReaderOptions { MaxDepth = MaxDepth });
            Span<int> open = stackalloc int[MaxDepth + 1];
            var depth = 0;
            var keyStart = -1;
            var keyLength = 0;
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        keyStart = (int)reader.TokenStartIndex + 1;
                        keyLength = reader.ValueSpan.Length;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        {
                            ref var container = ref _tokens[open[--depth]];
                            container.Length = (int)reader.TokenStartIndex + 1 - container.Start;
                            container.Next = _count;
                            break;
                        }

                    default:
                        {
                            if (_count == _tokens.Length)
                            {
                                Grow();
                            }

                            if (depth > 0)
                            {
                                _tokens[open[depth - 1]].Count++;
                            }

                            ref var token = ref _tokens[_count];
                            token.Type = reader.TokenType;
                            token.Escaped = reader.ValueIsEscaped;
                            token.Start = (int)reader.TokenStartIndex;
                            token.Length = (int)(reader.BytesConsumed - reader.TokenStartIndex);
                            token.KeyStart = keyStart;
                            token.KeyLength = keyLength;
                            token.Next = _count + 1;
                            token.Count = 0;
                            keyStart = -1;
                            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                            {
                                open[depth++] = _count;
                            }

                            _count++;
                            break;
                        }
                }
            }
        }

        public readonly ReadOnlySpan<byte> Bytes(int index) => Text.Slice(_tokens[index].Start, _tokens[index].Length);

        public readonly ReadOnlySpan<byte> Key(int index) => Text.Slice(_tokens[index].KeyStart, _tokens[index].KeyLength);

        public readonly Node Tree(int index) => JsonTreeReader.Read(Bytes(index));

        public readonly int Find(int map, ReadOnlySpan<byte> key, int hint)
        {
            // Two texts of one object agree in order almost always, so the place after the last hit is tried first.
            var end = _tokens[map].Next;
            if (hint < end && Key(hint).SequenceEqual(key))
            {
                return hint;
            }

            for (var i = map + 1; i < end; i = _tokens[i].Next)
            {
                if (Key(i).SequenceEqual(key))
                {
                    return i;
                }
            }

            return -1;
        }

        public void Return()
        {
            ArrayPool<Token>.Shared.Return(_tokens);
            _tokens = [];
        }

        private void Grow()
        {
            var larger = ArrayPool<Token>.Shared.Rent(_tokens.Length * 2);
            _tokens.AsSpan(0, _count).CopyTo(larger);
            ArrayPool<Token>.Shared.Return(_tokens);
            _tokens = larger;
        }
    }

    private ref struct Walk
    {
        private readonly TokenTable _left;
        private readonly TokenTable _right;

        public Walk(TokenTable left, TokenTable right)
        {
            _left = left;
            _right = right;
        }

        public void Value(SchemaType type, int left, int right, ref Level level, out Mark mark)
        {
            mark = Mark.None;
            if (_left.Bytes(left).SequenceEqual(_right.Bytes(right)))
            {
                return;
            }

            var l = _left[left];
            var r = _right[right];
            if (l.Type == JsonTokenType.StartObject && r.Type == JsonTokenType.StartObject && type.Kind is SchemaKind.Map or SchemaKind.Deduced && !Shapes.IsAtomicMap(type) && l.Count + r.Count > 0)
            {
                Keys(type, left, right, ref level);
            }
            else if (l.Type == JsonTokenType.StartArray && r.Type == JsonTokenType.StartArray && type.Kind == SchemaKind.List && type.ListType != ListType.Atomic && l.Count + r.Count > 0)
            {
                Items(type, left, right, ref level);
            }
            else
            {
                // Leaves, atomic values and values that changed their form: rare enough to read them properly.
                Trees(type, _left.Tree(left), _right.Tree(right), ref level, out mark);
            }
        }

        private void Keys(SchemaType type, int left, int right, ref Level level)
        {
            var hint = right + 1;
            for (var i = left + 1; i < _left[left].Next; i = _left[i].Next)
            {
                var other = _right.Find(right, _left.Key(i), hint);
                if (other >= 0)
                {
                    hint = _right[other].Next;
                    if (_left.Bytes(i).SequenceEqual(_right.Bytes(other)))
                    {
                        continue;
                    }
                }

                var name = Text(_left.Key(i));
                Child(type.TypeOf(name) ?? SchemaType.Untyped, PathElement.Field(name), i, other, ref level);
            }

            hint = left + 1;
            for (var i = right + 1; i < _right[right].Next; i = _right[i].Next)
            {
                var known = _left.Find(left, _right.Key(i), hint);
                if (known < 0)
                {
                    var name = Text(_right.Key(i));
                    Child(type.TypeOf(name) ?? SchemaType.Untyped, PathElement.Field(name), -1, i, ref level);
                }
                else
                {
                    hint = _left[known].Next;
                }
            }
        }

        private void Items(SchemaType type, int left, int right, ref Level level)
        {
            // Lists whose items stand in the same order under the same names need no index.
            if (_left[left].Count == _right[right].Count && Aligned(type, left, right))
            {
                var j = right + 1;
                for (var i = left + 1; i < _left[left].Next; i = _left[i].Next, j = _right[j].Next)
                {
                    if (!_left.Bytes(i).SequenceEqual(_right.Bytes(j)))
                    {
                        Child(Shapes.ItemsOf(type), Element(type, _left, i), i, j, ref level);
                    }
                }

                return;
            }

            // Anything else, duplicates included, is for the tree comparison.
            Trees(type, _left.Tree(left), _right.Tree(right), ref level, out _);
        }

        private bool Aligned(SchemaType type, int left, int right)
        {
            if (type.ListType != ListType.Map)
            {
                return false;
            }

            var j = right + 1;
            for (var i = left + 1; i < _left[left].Next; i = _left[i].Next, j = _right[j].Next)
            {
                if (_left[i].Type != JsonTokenType.StartObject || _right[j].Type != JsonTokenType.StartObject)
                {
                    return false;
                }

                var any = false;
                foreach (var key in type.Keys)
                {
                    var a = FindKey(_left, i, key);
                    var b = FindKey(_right, j, key);
                    if (a < 0 != b < 0 || (a >= 0 && !_left.Bytes(a).SequenceEqual(_right.Bytes(b))))
                    {
                        return false;
                    }

                    any |= a >= 0;
                }

                // Two equal names in one list would pair wrongly; the earlier items tell.
                for (var k = left + 1; any && k < i; k = _left[k].Next)
                {
                    if (SameName(type, k, i))
                    {
                        return false;
                    }
                }

                if (!any)
                {
                    return false;
                }
            }

            return true;
        }

        private bool SameName(SchemaType type, int first, int second)
        {
            foreach (var key in type.Keys)
            {
                var a = FindKey(_left, first, key);
                var b = FindKey(_left, second, key);

                // A key that is absent may have a default, so absence counts as equal: the tree comparison then decides.
                if (a >= 0 && b >= 0 && !_left.Bytes(a).SequenceEqual(_left.Bytes(b)))
                {
                    return false;
                }
            }

            return true;
        }

        private static int FindKey(in TokenTable table, int map, string key)
        {
            for (var i = map + 1; i < table[map].Next; i = table[i].Next)
            {
                if (Ascii.Equals(table.Key(i), key))
                {
                    return i;
                }
            }

            return -1;
        }

        private static string Element(SchemaType type, in TokenTable table, int item) =>
            ListItem.Element(type, table.Tree(item), out var error) ?? throw new TypedException([error]);

        private void Child(SchemaType type, string element, int left, int right, ref Level level)
        {
            var below = default(Level);
            Mark mark;
            if (left < 0 || right < 0)
            {
                Trees(type, left < 0 ? null : _left.Tree(left), right < 0 ? null : _right.Tree(right), ref below, out mark);
            }
            else
            {
                Value(type, left, right, ref below, out mark);
            }

            if (mark != Mark.None || !below.IsEmpty)
            {
                level.Add(element, mark, ref below);
            }
        }

        private static void Trees(SchemaType type, Node? left, Node? right, ref Level level, out Mark mark) => TypedCompare.Value(type, left, right, ref level, out mark);

        private static string Text(ReadOnlySpan<byte> key) => key.IndexOf((byte)'\\') < 0 && Ascii.IsValid(key)
            ? Utf8StringCache.Get(key)
            : ((ScalarNode)JsonTreeReader.Read(Encoding.UTF8.GetBytes($"\"{Encoding.UTF8.GetString(key)}\""))).Text;
    }
}
