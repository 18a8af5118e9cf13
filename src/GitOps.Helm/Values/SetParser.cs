using System.Globalization;
using System.Text;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Values;

/// <summary>
/// Reads <c>a.b[0]=value,c={x,y}</c> expressions into a map, with the grammar and the quirks of Helm's strvals package:
/// backslash escapes, lists in braces, indexes that fill with null.
/// </summary>
internal sealed class SetParser
{
    private const int MaxIndex = 65536;
    private const int MaxNesting = 30;

    private static readonly System.Buffers.SearchValues<char> KeyEnd = System.Buffers.SearchValues.Create("=[,.");
    private static readonly System.Buffers.SearchValues<char> LiteralKeyEnd = System.Buffers.SearchValues.Create("=[.");
    private static readonly System.Buffers.SearchValues<char> IndexEnd = System.Buffers.SearchValues.Create("]");
    private static readonly System.Buffers.SearchValues<char> ItemEnd = System.Buffers.SearchValues.Create("[.=");
    private static readonly System.Buffers.SearchValues<char> ValueEnd = System.Buffers.SearchValues.Create(",");
    private static readonly System.Buffers.SearchValues<char> ListValueEnd = System.Buffers.SearchValues.Create(",}");

    private readonly string _text;
    private readonly SetValueKind _kind;
    private readonly Func<string, string>? _readFile;
    private int _at;

    private SetParser(string text, SetValueKind kind, Func<string, string>? readFile)
    {
        _text = text;
        _kind = kind;
        _readFile = readFile;
    }

    private bool IsLiteral => _kind == SetValueKind.Literal;

    /// <summary>Reads an expression into a map; on failure the map holds what was read so far.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="kind">How values are read.</param>
    /// <param name="target">The map.</param>
    /// <param name="readFile">Reads a file for <see cref="SetValueKind.File"/>.</param>
    /// <exception cref="SetSyntaxException">The expression cannot be read.</exception>
    public static void ParseInto(string text, SetValueKind kind, Dictionary<string, object?> target, Func<string, string>? readFile = null)
    {
        var parser = new SetParser(text, kind, readFile);
        while (parser.Key(target, 0) == Step.More)
        {
        }
    }

    private Step Key(Dictionary<string, object?> data, int nesting)
    {
        if (!Until(IsLiteral ? LiteralKeyEnd : KeyEnd, out var key, out var last))
        {
            return key.Length == 0 ? Step.End : throw new SetSyntaxException($"key {GoQuote.Quote(key)} has no value");
        }

        switch (last)
        {
            case '[':
                if (!TryReadIndex(out var index))
                {
                    return Step.End;
                }

                var list = data.TryGetValue(key, out var known) ? Cast<List<object?>>(known, "[]interface {}") : [];
                try
                {
                    var end = Item(ref list, index, nesting);
                    Set(data, key, list);
                    return end;
                }
                catch (SetSyntaxException)
                {
                    // What was read before the fault stays, as in Helm.
                    Set(data, key, list);
                    throw;
                }

            case '=':
                return Value(v => Set(data, key, v));

            case ',':
                Set(data, key, "");
                throw new SetSyntaxException($"key {GoQuote.Quote(key)} has no value (cannot end with ,)");

            default:
                nesting++;
                if (nesting > MaxNesting)
                {
                    throw new SetSyntaxException($"value name nested level is greater than maximum supported nested level of {MaxNesting}");
                }

                var inner = data.TryGetValue(key, out var old) ? Cast<Dictionary<string, object?>>(old, "map[string]interface {}") : ValueTree.NewMap();
                Step step;
                try
                {
                    step = Key(inner, nesting);
                }
                catch (SetSyntaxException) when (inner.Count > 0)
                {
                    Set(data, key, inner);
                    throw;
                }

                if (step == Step.More && inner.Count == 0)
                {
                    throw new SetSyntaxException($"key map {GoQuote.Quote(key)} has no value");
                }

                if (inner.Count > 0)
                {
                    Set(data, key, inner);
                }

                return step;
        }
    }

    private Step Item(ref List<object?> list, long index, int nesting)
    {
        if (index < 0)
        {
            throw new SetSyntaxException($"negative {index} index not allowed");
        }

        var found = Until(ItemEnd, out var rest, out var last);
        if (rest.Length > 0)
        {
            throw new SetSyntaxException($"unexpected data at end of array index: [{string.Join(' ', rest.Select(c => $"'{c}'"))}]");
        }

        if (!found)
        {
            return Step.End;
        }

        switch (last)
        {
            case '=':
                object? value = null;
                var end = Value(v => value = v, inList: true);
                SetIndex(ref list, index, value);
                return end;

            case '[':
                if (!TryReadIndex(out var nextIndex))
                {
                    return Step.End;
                }

                var inner = list.Count > index && list[(int)index] is { } existing ? Cast<List<object?>>(existing, "[]interface {}") : [];
                var step = Item(ref inner, nextIndex, nesting);
                if (step == Step.End)
                {
                    return Step.End;
                }

                SetIndex(ref list, index, inner);
                return Step.More;

            default:
                var map = ValueTree.NewMap();
                if (list.Count > index)
                {
                    if (list[(int)index] is Dictionary<string, object?> there)
                    {
                        map = there;
                    }
                    else
                    {
                        list[(int)index] = map;
                    }
                }

                if (Key(map, nesting) == Step.End)
                {
                    return Step.End;
                }

                SetIndex(ref list, index, map);
                return Step.More;
        }
    }

    private Step Value(Action<object?> set, bool inList = false)
    {
        if (IsLiteral)
        {
            set(_text[_at..]);
            _at = _text.Length;
            return Step.More;
        }

        if (_kind == SetValueKind.Json)
        {
            if (SkipToValue())
            {
                set(null);
                return Step.More;
            }

            if (!GoJsonReader.TryReadPrefix(_text[_at..], out var json, out var length))
            {
                throw new SetSyntaxException("invalid JSON");
            }

            set(json);
            _at += length;
            SkipToValue();
            return Step.More;
        }

        if (_at == _text.Length)
        {
            set("");
            return inList ? Step.More : Step.End;
        }

        if (_text[_at] == '{')
        {
            _at++;
            set(BracedList());
            return Step.More;
        }

        Until(ValueEnd, out var text, out _);
        set(Convert(text));
        return Step.More;
    }

    private List<object?> BracedList()
    {
        var list = new List<object?>();
        while (true)
        {
            if (!Until(ListValueEnd, out var text, out var last))
            {
                throw new SetSyntaxException("list must terminate with '}'");
            }

            list.Add(Convert(text));
            if (last == '}')
            {
                if (_at < _text.Length && _text[_at] == ',')
                {
                    _at++;
                }

                return list;
            }
        }
    }

    private object? Convert(string text) => _kind switch
    {
        SetValueKind.String => text,
        SetValueKind.File => _readFile is null ? throw new SetSyntaxException($"{text}: there is no way to read files here") : _readFile(text),
        _ => Typed(text),
    };

    private static object? Typed(string text)
    {
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (text.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (text.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (text == "0")
        {
            return 0L;
        }

        // A leading zero makes it a string, so that 0644 survives.
        return text.Length > 0 && text[0] != '0' && TryParseInt(text, out var number) ? number : text;
    }

    private static bool TryParseInt(string text, out long number)
    {
        number = 0;
        return IsInteger(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsInteger(string text)
    {
        var digits = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static T Cast<T>(object? value, string wanted)
        where T : class =>
        value as T ?? throw new SetSyntaxException($"unable to parse key: interface conversion: interface {{}} is {(value is null ? "nil" : ValueTree.GoTypeName(value))}, not {wanted}");

    private static void Set(Dictionary<string, object?> data, string key, object? value)
    {
        if (key.Length > 0)
        {
            data[key] = value;
        }
    }

    private static void SetIndex(ref List<object?> list, long index, object? value)
    {
        if (index > MaxIndex)
        {
            throw new SetSyntaxException($"index of {index} is greater than maximum supported index of {MaxIndex}");
        }

        if (list.Count <= index)
        {
            // As Go makes it: exactly as long as it must be.
            list = new GoSlice([.. list, .. new object?[index + 1 - list.Count]]);
        }

        list[(int)index] = value;
    }

    /// <summary>Reads an index; false when the text ends before its bracket, which Helm takes for the end of the expression.</summary>
    private bool TryReadIndex(out long index)
    {
        index = 0;
        if (!Until(IndexEnd, out var text, out _))
        {
            return false;
        }

        if (!TryParseInt(text, out index))
        {
            throw new SetSyntaxException($"error parsing index: strconv.Atoi: parsing {GoQuote.Quote(text)}: {(IsInteger(text) ? "value out of range" : "invalid syntax")}");
        }

        return true;
    }

    /// <summary>Skips blanks; true when a comma or the end came first, so that there is no value.</summary>
    private bool SkipToValue()
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == ',')
            {
                _at++;
                return true;
            }

            if (!char.IsWhiteSpace(c))
            {
                return false;
            }

            _at++;
        }

        return true;
    }

    /// <summary>Reads to one of some characters, which is consumed; false when the text ended first.</summary>
    private bool Until(System.Buffers.SearchValues<char> stop, out string text, out char last)
    {
        var result = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (stop.Contains(c))
            {
                text = result.ToString();
                last = c;
                return true;
            }

            if (c == '\\' && !IsLiteral)
            {
                if (_at == _text.Length)
                {
                    break;
                }

                c = _text[_at++];
            }

            result.Append(c);
        }

        text = result.ToString();
        last = '\0';
        return false;
    }

    private enum Step
    {
        More,
        End,
    }
}
