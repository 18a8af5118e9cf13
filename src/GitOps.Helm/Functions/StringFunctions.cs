using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's string functions.</summary>
internal static class StringFunctions
{
    private static readonly GoType[] One = [GoType.String];
    private static readonly GoType[] Two = [GoType.String, GoType.String];
    private static readonly GoType[] IntAndString = [GoType.Int, GoType.String];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "hello", [], static (_, _) => "Hello!" },
        { "abbrev", IntAndString, static (_, a) => (nint)a[0]! < 4 ? a[1] : Abbreviate((string)a[1]!, 0, Int(a[0])) },
        {
            "abbrevboth", [GoType.Int, GoType.Int, GoType.String], static (_, a) =>
            (nint)a[1]! < 4 || ((nint)a[0]! > 0 && (nint)a[1]! < 7) ? a[2] : Abbreviate((string)a[2]!, Int(a[0]), Int(a[1]))
        },
        { "trunc", IntAndString, static (_, a) => Truncate(Int(a[0]), (string)a[1]!) },
        { "trim", One, static (_, a) => GoUnicode.Trim((string)a[0]!) },
        { "upper", One, static (_, a) => GoUnicode.ToUpper((string)a[0]!) },
        { "lower", One, static (_, a) => GoUnicode.ToLower((string)a[0]!) },
        { "title", One, static (_, a) => Title((string)a[0]!) },
        { "untitle", One, static (_, a) => Untitle((string)a[0]!) },
        { "substr", [GoType.Int, GoType.Int, GoType.String], static (_, a) => Substring(Int(a[0]), Int(a[1]), (string)a[2]!) },
        { "repeat", IntAndString, static (x, a) => Repeat(x, Int(a[0]), (string)a[1]!) },
        { "trimall", Two, static (_, a) => TrimAll((string)a[1]!, (string)a[0]!) },
        { "trimAll", Two, static (_, a) => TrimAll((string)a[1]!, (string)a[0]!) },
        { "trimSuffix", Two, static (_, a) => ((string)a[1]!).EndsWith((string)a[0]!, StringComparison.Ordinal) ? ((string)a[1]!)[..^((string)a[0]!).Length] : a[1] },
        { "trimPrefix", Two, static (_, a) => ((string)a[1]!).StartsWith((string)a[0]!, StringComparison.Ordinal) ? ((string)a[1]!)[((string)a[0]!).Length..] : a[1] },
        { "nospace", One, static (_, a) => WithoutSpace((string)a[0]!) },
        { "initials", One, static (_, a) => Initials((string)a[0]!) },
        { "swapcase", One, static (_, a) => SwapCase((string)a[0]!) },
        { "shuffle", One, static (_, a) => Shuffle((string)a[0]!) },
        { "snakecase", One, static (_, a) => WordCase.ToLower((string)a[0]!, '_') },
        { "camelcase", One, static (_, a) => WordCase.ToPascal((string)a[0]!) },
        { "kebabcase", One, static (_, a) => WordCase.ToLower((string)a[0]!, '-') },
        { "wrap", IntAndString, static (_, a) => Wrap((string)a[1]!, Int(a[0]), string.Empty, breakWords: false) },
        { "wrapWith", [GoType.Int, GoType.String, GoType.String], static (_, a) => Wrap((string)a[2]!, Int(a[0]), (string)a[1]!, breakWords: true) },
        { "contains", Two, static (_, a) => GoValue.Box(((string)a[1]!).Contains((string)a[0]!, StringComparison.Ordinal)) },
        { "hasPrefix", Two, static (_, a) => GoValue.Box(((string)a[1]!).StartsWith((string)a[0]!, StringComparison.Ordinal)) },
        { "hasSuffix", Two, static (_, a) => GoValue.Box(((string)a[1]!).EndsWith((string)a[0]!, StringComparison.Ordinal)) },
        { "quote", [], GoType.Any, static (_, a) => Quote(a) },
        { "squote", [], GoType.Any, static (_, a) => SingleQuote(a) },
        { "cat", [], GoType.Any, static (_, a) => Cat(a) },
        { "indent", IntAndString, static (x, a) => Indent(x, Int(a[0]), (string)a[1]!, newLine: false) },
        { "nindent", IntAndString, static (x, a) => Indent(x, Int(a[0]), (string)a[1]!, newLine: true) },
        { "replace", [GoType.String, GoType.String, GoType.String], static (x, a) => Replace(x, (string)a[0]!, (string)a[1]!, (string)a[2]!) },
        { "plural", [GoType.String, GoType.String, GoType.Int], static (_, a) => (nint)a[2]! == 1 ? a[0] : a[1] },
        { "toString", [GoType.Any], static (_, a) => GoCast.ToText(a[0]) },
        { "split", Two, static (_, a) => Numbered(Split((string)a[1]!, (string)a[0]!, -1)) },
        { "splitList", Two, static (_, a) => TypedList.OfStrings(Split((string)a[1]!, (string)a[0]!, -1)) },
        { "splitn", [GoType.String, GoType.Int, GoType.String], static (_, a) => Numbered(Split((string)a[2]!, (string)a[0]!, Int(a[1]))) },
        { "toStrings", [GoType.Any], static (_, a) => a[0] is TypedList { TypeName: "[]string" } ? a[0] : Strings(a[0]) },
        { "join", [GoType.String, GoType.Any], static (_, a) => string.Join((string)a[0]!, GoCast.ToStrings(a[1])) },
        { "sortAlpha", [GoType.Any], static (_, a) => SortAlpha(a[0]) },
    };

    /// <summary>Go's <c>strings.Split</c> and <c>SplitN</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What stands between the parts; empty cuts after each rune.</param>
    /// <param name="limit">The most parts; negative for all, zero for none.</param>
    /// <returns>The parts.</returns>
    public static List<string> Split(string text, string separator, int limit)
    {
        var parts = new List<string>();
        if (limit == 0)
            return parts;
        var at = 0;
        if (separator.Length == 0)
        {
            while (at < text.Length)
            {
                var width = parts.Count + 1 == limit ? text.Length - at : GoText.RuneWidth(text, at);
                parts.Add(text.Substring(at, width));
                at += width;
            }

            return parts;
        }

        while (limit < 0 || parts.Count < limit - 1)
        {
            var found = text.IndexOf(separator, at, StringComparison.Ordinal);
            if (found < 0)
                break;
            parts.Add(text[at..found]);
            at = found + separator.Length;
        }

        parts.Add(text[at..]);
        return parts;
    }

    private static int Int(object? value) => (int)Math.Clamp((nint)value!, int.MinValue, int.MaxValue);

    private static string Abbreviate(string text, int offset, int width)
    {
        var s = ByteString.Of(text);
        if (s.Length <= width)
            return text;
        return ByteString.ToText(Cut(s, offset, width));

        static string Cut(string s, int offset, int width)
        {
            if (s.Length == 0 || width < 4)
                return string.Empty;
            if (s.Length <= width)
                return s;
            offset = Math.Min(offset, s.Length);
            if (s.Length - offset < width - 3)
                offset = s.Length - (width - 3);
            if (offset <= 4)
                return s[..(width - 3)] + "...";
            if (width < 7)
                return string.Empty;
            return "..." + (offset + width - 3 < s.Length ? Cut(s[offset..], 0, width - 3) : s[^(width - 3)..]);
        }
    }

    private static string Truncate(int count, string text)
    {
        var length = GoText.ByteCount(text);
        if (count < 0)
            return length + count > 0 ? GoText.Slice(text, length + count, length) : text;
        return length > count ? GoText.Slice(text, 0, count) : text;
    }

    private static string Title(string text)
    {
        var previous = ' ';
        return GoUnicode.Map(text, rune =>
        {
            var result = IsSeparator(previous) ? GoUnicode.ToTitle(rune) : rune;

            // Whatever lies outside the basic plane is no separator.
            previous = rune.IsBmp ? (char)rune.Value : 'x';
            return result;
        });

        static bool IsSeparator(char c) => c < 0x80 ? !char.IsAsciiLetterOrDigit(c) && c != '_' : GoUnicode.IsSpace(c);
    }

    private static string Untitle(string text)
    {
        var atStart = true;
        return GoUnicode.Map(text, rune =>
        {
            if (IsSpace(rune))
            {
                atStart = true;
                return rune;
            }

            var result = atStart ? GoUnicode.ToLower(rune) : rune;
            atStart = false;
            return result;
        });
    }

    private static string SwapCase(string text)
    {
        var afterSpace = true;
        return GoUnicode.Map(text, rune =>
        {
            if (GoUnicode.IsUpper(rune) || GoUnicode.IsTitle(rune))
            {
                afterSpace = false;
                return GoUnicode.ToLower(rune);
            }

            if (GoUnicode.IsLower(rune))
            {
                var result = afterSpace ? GoUnicode.ToTitle(rune) : GoUnicode.ToUpper(rune);
                afterSpace = false;
                return result;
            }

            afterSpace = IsSpace(rune);
            return rune;
        });
    }

    private static bool IsSpace(Rune rune) => rune.IsBmp && GoUnicode.IsSpace((char)rune.Value);

    // The library behind this and initials goes byte by byte and takes each byte for a character;
    // only a text without space among its bytes comes through whole.
    private static string WithoutSpace(string text)
    {
        var bytes = ByteString.Of(text);
        var rest = string.Concat(bytes.Where(static c => !GoUnicode.IsSpace(c)));
        return rest.Length == bytes.Length ? text : rest;
    }

    private static string Initials(string text)
    {
        var builder = new StringBuilder();
        var gap = true;
        foreach (var c in ByteString.Of(text))
        {
            var isSpace = GoUnicode.IsSpace(c);
            if (gap && !isSpace)
                builder.Append(c);
            gap = isSpace;
        }

        return builder.ToString();
    }

    private static string Substring(int start, int end, string text)
    {
        var length = GoText.ByteCount(text);
        if (start < 0)
            start = 0;
        else if (end < 0 || end > length)
            end = length;
        if (end < 0 || start > end || end > length)
            throw OutOfRange(start, end, length);
        return GoText.Slice(text, start, end);
    }

    private static FunctionException OutOfRange(int start, int end, int length) => new("runtime error: slice bounds out of range " + (
        end < 0 ? string.Create(CultureInfo.InvariantCulture, $"[:{end}]")
        : end > length ? string.Create(CultureInfo.InvariantCulture, $"[:{end}] with length {length}")
        : string.Create(CultureInfo.InvariantCulture, $"[{start}:{end}]")));

    private static string Repeat(Execution execution, int count, string text)
    {
        if (count < 0)
            throw new FunctionException("strings: negative Repeat count");
        execution.CheckSize((long)count * text.Length);
        return text.Length == 1 ? new string(text[0], count) : string.Concat(Enumerable.Repeat(text, count));
    }

    private static string TrimAll(string text, string cutset)
    {
        var set = new HashSet<int>();
        for (var i = 0; i < cutset.Length; i += GoText.RuneWidth(cutset, i))
            set.Add(GoText.RuneAt(cutset, i));
        var start = 0;
        var end = text.Length;
        while (start < end && set.Contains(GoText.RuneAt(text, start)))
            start += GoText.RuneWidth(text, start);
        while (end > start)
        {
            var last = end - 1;
            if (last > start && char.IsLowSurrogate(text[last]) && char.IsHighSurrogate(text[last - 1]))
                last--;
            if (!set.Contains(GoText.RuneAt(text, last)))
                break;
            end = last;
        }

        return text[start..end];
    }

    private static string Shuffle(string text)
    {
        var runes = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var width = GoText.RuneWidth(text, i);
            runes.Add(text.Substring(i, width));
            i += width;
        }

        System.Security.Cryptography.RandomNumberGenerator.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(runes));
        return string.Concat(runes);
    }

    private static string Wrap(string text, int width, string newLine, bool breakWords)
    {
        if (text.Length == 0)
            return text;
        if (newLine.Length == 0)
            newLine = "\n";
        width = Math.Max(width, 1);
        var s = ByteString.Of(text);
        var output = new StringBuilder(s.Length + 16);
        var separator = ByteString.Of(newLine);
        var offset = 0;
        while (s.Length - offset > width)
        {
            if (s[offset] == ' ')
            {
                offset++;
                continue;
            }

            var space = s.LastIndexOf(' ', offset + width, width + 1);
            if (space >= offset)
            {
                output.Append(s, offset, space - offset).Append(separator);
                offset = space + 1;
            }
            else if (breakWords)
            {
                output.Append(s, offset, width).Append(separator);
                offset += width;
            }
            else
            {
                space = s.IndexOf(' ', offset + width);
                if (space < 0)
                    break;
                output.Append(s, offset, space - offset).Append(separator);
                offset = space + 1;
            }
        }

        return ByteString.ToText(output.Append(s, offset, s.Length - offset).ToString());
    }

    private static string Quote(ReadOnlySpan<object?> values)
    {
        if (values.Length == 1)
            return values[0] is null ? string.Empty : GoQuote.Quote(GoCast.ToText(values[0]));
        var quoted = new List<string>(values.Length);
        foreach (var value in values)
        {
            if (value is not null)
                quoted.Add(GoQuote.Quote(GoCast.ToText(value)));
        }

        return string.Join(' ', quoted);
    }

    private static string SingleQuote(ReadOnlySpan<object?> values)
    {
        var quoted = new List<string>(values.Length);
        foreach (var value in values)
        {
            if (value is not null)
                quoted.Add("'" + GoFormatter.ToText(value) + "'");
        }

        return string.Join(' ', quoted);
    }

    private static string Cat(ReadOnlySpan<object?> values)
    {
        var builder = new StringBuilder();
        var first = true;
        foreach (var value in values)
        {
            if (value is null)
                continue;
            if (!first)
                builder.Append(' ');
            first = false;
            builder.Append(GoFormatter.ToText(value));
        }

        return builder.ToString();
    }

    private static string Indent(Execution execution, int spaces, string text, bool newLine)
    {
        if (spaces < 0)
            throw new FunctionException("strings: negative Repeat count");
        var lines = text.AsSpan().Count('\n') + 1;
        var length = ((long)lines * spaces) + text.Length + (newLine ? 1 : 0);
        execution.CheckSize(length);
        return string.Create((int)length, (text, spaces, newLine), static (span, state) =>
        {
            var at = 0;
            if (state.newLine)
                span[at++] = '\n';
            span.Slice(at, state.spaces).Fill(' ');
            at += state.spaces;
            var rest = state.text.AsSpan();
            while (true)
            {
                var end = rest.IndexOf('\n');
                if (end < 0)
                {
                    rest.CopyTo(span[at..]);
                    return;
                }

                rest[..(end + 1)].CopyTo(span[at..]);
                at += end + 1;
                span.Slice(at, state.spaces).Fill(' ');
                at += state.spaces;
                rest = rest[(end + 1)..];
            }
        });
    }

    private static string Replace(Execution execution, string old, string replacement, string text)
    {
        if (old.Length > 0)
        {
            if (replacement.Length > old.Length)
                execution.CheckSize((long)text.Length / old.Length * replacement.Length);
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        execution.CheckSize((long)(text.Length + 1) * (replacement.Length + 1));
        var builder = new StringBuilder().Append(replacement);
        for (var i = 0; i < text.Length;)
        {
            var width = GoText.RuneWidth(text, i);
            builder.Append(text, i, width).Append(replacement);
            i += width;
        }

        return builder.ToString();
    }

    private static TypedMap Numbered(List<string> parts)
    {
        var items = new Dictionary<string, object?>(parts.Count, StringComparer.Ordinal);
        for (var i = 0; i < parts.Count; i++)
            items[string.Create(CultureInfo.InvariantCulture, $"_{i}")] = parts[i];
        return TypedMap.OfStrings(items);
    }

    private static TypedList Strings(object? value)
    {
        var strings = GoCast.ToStrings(value);

        // Sprig makes room for all items and then leaves out those that are nil.
        return new TypedList("[]string", GoType.String, strings) { Spare = value is List<object?> or TypedList ? GoCast.Items(value, string.Empty).Count - strings.Count : 0 };
    }

    private static TypedList SortAlpha(object? value)
    {
        if (value is not (List<object?> or TypedList or byte[]))
            return TypedList.OfStrings([GoCast.ToText(value)]);

        // What is a list of strings already is not copied but sorted itself, for whoever holds it. A chart's own lists are arrays and stay as they are.
        var list = value is TypedList { TypeName: "[]string", Items: List<string> } own ? own : Strings(value);
        ((List<string>)list.Items).Sort(GoText.ByteOrder);
        return list;
    }
}
