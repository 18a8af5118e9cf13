using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>The functions that Go's text/template itself offers.</summary>
internal static class BuiltinFunctions
{
    /// <summary>All of them.</summary>
    public static FunctionTable Table { get; } = new(
    [
        new TemplateFunction("and", static (_, _) => null, [GoType.Value], GoType.Value) { ShortCircuit = false },
        new TemplateFunction("or", static (_, _) => null, [GoType.Value], GoType.Value) { ShortCircuit = true },
        new TemplateFunction("not", static (_, a) => GoValue.Box(!GoValue.IsTrue(a[0])), [GoType.Value]),
        new TemplateFunction("len", static (_, a) => Length(a[0]), [GoType.Value]),
        new TemplateFunction("index", static (_, a) => Index(a), [GoType.Value], GoType.Value),
        new TemplateFunction("slice", static (_, a) => Slice(a), [GoType.Value], GoType.Value),
        new TemplateFunction("print", static (_, a) => GoFormatter.Sprint(a), [], GoType.Any),
        new TemplateFunction("println", static (_, a) => GoFormatter.Sprintln(a), [], GoType.Any),
        new TemplateFunction("printf", static (_, a) => GoFormatter.Sprintf((string)a[0]!, a[1..]), [GoType.String], GoType.Any),
        new TemplateFunction("html", static (_, a) => EscapeHtml(Text(a)), [], GoType.Any),
        new TemplateFunction("js", static (_, a) => EscapeJavaScript(Text(a)), [], GoType.Any),
        new TemplateFunction("urlquery", static (_, a) => EscapeQuery(Text(a)), [], GoType.Any),
        new TemplateFunction("call", static (x, a) => throw new FunctionException(a[0] is null ? "call of nil" : "non-function " + x.FirstArgument + " of type " + GoValue.TypeName(a[0])), [GoType.Value], GoType.Value),
        new TemplateFunction("eq", static (_, a) => GoValue.Box(IsEqual(a)), [GoType.Value], GoType.Value),
        new TemplateFunction("ne", static (_, a) => GoValue.Box(!IsEqual(a)), [GoType.Value, GoType.Value]),
        new TemplateFunction("lt", static (_, a) => GoValue.Box(IsLess(a[0], a[1])), [GoType.Value, GoType.Value]),
        new TemplateFunction("le", static (_, a) => GoValue.Box(IsLessOrEqual(a[0], a[1])), [GoType.Value, GoType.Value]),
        new TemplateFunction("gt", static (_, a) => GoValue.Box(!IsLessOrEqual(a[0], a[1])), [GoType.Value, GoType.Value]),
        new TemplateFunction("ge", static (_, a) => GoValue.Box(!IsLess(a[0], a[1])), [GoType.Value, GoType.Value]),
    ]);

    private static readonly SearchValues<char> HtmlSpecials = SearchValues.Create("'\"&<>\0");

    private enum Basic
    {
        None,
        Bool,
        Complex,
        Int,
        Float,
        String,
        Uint,
    }

    /// <summary>Go's <c>url.QueryEscape</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The escaped text.</returns>
    public static string EscapeQuery(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var b in GoText.GetBytes(text))
        {
            if (b < 0x80 && (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~'))
                builder.Append((char)b);
            else if (b == ' ')
                builder.Append('+');
            else
                builder.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return builder.ToString();
    }

    private static string Text(ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length == 1 && arguments[0] is string only)
            return only;
        var printable = new object?[arguments.Length];
        for (var i = 0; i < printable.Length; i++)
            printable[i] = arguments[i] ?? "<no value>";
        return GoFormatter.Sprint(printable);
    }

    private static string EscapeHtml(string text)
    {
        if (text.AsSpan().IndexOfAny(HtmlSpecials) < 0)
            return text;
        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\0' => builder.Append('\uFFFD'),
                '"' => builder.Append("&#34;"),
                '\'' => builder.Append("&#39;"),
                '&' => builder.Append("&amp;"),
                '<' => builder.Append("&lt;"),
                '>' => builder.Append("&gt;"),
                _ => builder.Append(c),
            };
        }

        return builder.ToString();
    }

    private static string EscapeJavaScript(string text)
    {
        var builder = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '\\': builder.Append("\\\\"); break;
                case '\'': builder.Append("\\'"); break;
                case '"': builder.Append("\\\""); break;
                case '<' or '>' or '&' or '=' or < ' ':
                    builder.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
                    break;
                case < '\x80':
                    builder.Append(c);
                    break;
                default:
                    var rune = GoText.RuneAt(text, i);
                    var width = GoText.RuneWidth(text, i);
                    if (GoQuote.IsPrint(rune))
                        builder.Append(text, i, width);
                    else
                        builder.Append("\\u").Append(rune.ToString("X4", CultureInfo.InvariantCulture));
                    i += width - 1;
                    break;
            }
        }

        return builder.ToString();
    }

    private static object Length(object? item) => item switch
    {
        string text => GoValue.Box((nint)GoText.ByteCount(text)),
        List<object?> list => GoValue.Box(list.Count),
        Dictionary<string, object?> map => GoValue.Box(map.Count),
        TypedList list => GoValue.Box(list.Items.Count),
        TypedMap map => GoValue.Box(map.Items.Count),
        byte[] bytes => GoValue.Box(bytes.Length),
        null => throw new FunctionException("len of nil pointer"),
        _ => throw new FunctionException("len of type " + GoValue.TypeName(item)),
    };

    private static object? Index(ReadOnlySpan<object?> arguments)
    {
        var item = arguments[0] ?? throw new FunctionException("index of untyped nil");
        for (var i = 1; i < arguments.Length; i++)
        {
            var index = arguments[i];
            switch (item)
            {
                case null:
                    throw new FunctionException("index of nil pointer");
                case Dictionary<string, object?> map:
                    map.TryGetValue(Key(index), out item);
                    break;
                case TypedMap map:
                    if (!map.Items.TryGetValue(Key(index), out item))
                        item = map.Element.Zero;
                    break;
                case List<object?> list:
                    item = list[Position(index, list.Count)];
                    break;
                case TypedList list:
                    item = list.Items[Position(index, list.Items.Count)];
                    break;
                case byte[] bytes:
                    item = bytes[Position(index, bytes.Length)];
                    break;
                case string text:
                    var encoded = GoText.GetBytes(text);
                    item = encoded[Position(index, encoded.Length)];
                    break;
                default:
                    throw new FunctionException("can't index item of type " + GoValue.TypeName(item));
            }
        }

        return item;
    }

    private static string Key(object? index) => index switch
    {
        string key => key,
        null => throw new FunctionException("value is nil; should be of type string"),
        _ => throw new FunctionException("value has type " + GoValue.TypeName(index) + "; should be string"),
    };

    private static int Position(object? index, int count, bool endIncluded = false)
    {
        if (index is null)
            throw new FunctionException("cannot index slice/array with nil");
        if (!GoValue.TryGetInteger(index, out var at, out _))
            throw new FunctionException("cannot index slice/array with type " + GoValue.TypeName(index));
        if (at < 0 || (endIncluded ? at > count : at >= count))
            throw new FunctionException(string.Create(CultureInfo.InvariantCulture, $"index out of range: {at}"));
        return (int)at;
    }

    private static object? Slice(ReadOnlySpan<object?> arguments)
    {
        var item = arguments[0] ?? throw new FunctionException("slice of untyped nil");
        if (arguments.Length > 4)
            throw new FunctionException(string.Create(CultureInfo.InvariantCulture, $"too many slice indexes: {arguments.Length - 1}"));
        if (item is string && arguments.Length == 4)
            throw new FunctionException("cannot 3-index slice a string");
        var count = item switch
        {
            string text => GoText.ByteCount(text),
            List<object?> list => list.Count,
            TypedList list => list.Items.Count,
            byte[] bytes => bytes.Length,
            _ => throw new FunctionException("can't slice item of type " + GoValue.TypeName(item)),
        };
        var from = arguments.Length > 1 ? Position(arguments[1], count, endIncluded: true) : 0;
        var to = arguments.Length > 2 ? Position(arguments[2], count, endIncluded: true) : count;
        if (from > to)
            throw new FunctionException(string.Create(CultureInfo.InvariantCulture, $"invalid slice index: {from} > {to}"));
        return item switch
        {
            string text => GoText.Slice(text, from, to),
            List<object?> list => list.GetRange(from, to - from),
            TypedList list => new TypedList(list.TypeName, list.Element, [.. list.Items.Skip(from).Take(to - from)]),
            byte[] bytes => bytes[from..to],
            _ => null,
        };
    }

    private static Basic BasicKind(object? value) => value switch
    {
        string => Basic.String,
        bool => Basic.Bool,
        double or float => Basic.Float,
        nint or long or int or GoDuration or GoEnum => Basic.Int,
        byte or uint or ulong => Basic.Uint,
        Complex => Basic.Complex,
        _ => Basic.None,
    };

    private static bool IsEqual(ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length == 1)
            throw new FunctionException("missing argument for comparison");
        var left = arguments[0];
        var leftKind = BasicKind(left);
        for (var i = 1; i < arguments.Length; i++)
        {
            if (IsEqual(left, leftKind, arguments[i]))
                return true;
        }

        return false;
    }

    private static bool IsEqual(object? left, Basic leftKind, object? right)
    {
        var rightKind = BasicKind(right);
        if (leftKind != rightKind)
        {
            if (leftKind is Basic.Int or Basic.Uint && rightKind is Basic.Int or Basic.Uint)
                return Wide(left) == Wide(right);
            if (left is not null && right is not null)
                throw Incompatible(left, right);
            return false;
        }

        switch (leftKind)
        {
            case Basic.String:
                return string.Equals((string)left!, (string)right!, StringComparison.Ordinal);
            case Basic.Bool:
                return (bool)left! == (bool)right!;
            case Basic.Int or Basic.Uint:
                return Wide(left) == Wide(right);
            case Basic.Float:
                return Convert.ToDouble(left, CultureInfo.InvariantCulture) == Convert.ToDouble(right, CultureInfo.InvariantCulture);
            case Basic.Complex:
                return (Complex)left! == (Complex)right!;
        }

        if (GoValue.IsNil(left) || GoValue.IsNil(right))
            return GoValue.IsNil(left) == GoValue.IsNil(right);
        if (GoValue.KindOf(left) != GoValue.KindOf(right))
            throw new FunctionException("non-comparable types " + GoFormatter.Sprintf("%s", left) + ": " + GoValue.TypeName(left) + ", " + GoValue.TypeName(right) + ": " + GoFormatter.ToText(right));
        if (GoValue.KindOf(right) is GoKind.Map or GoKind.Slice)
            throw new FunctionException("non-comparable type " + GoFormatter.Sprintf("%s", right) + ": " + GoValue.TypeName(right));
        return left.Equals(right);
    }

    private static bool IsLess(object? left, object? right)
    {
        var leftKind = BasicKind(left);
        var rightKind = BasicKind(right);
        if (leftKind == Basic.None || rightKind == Basic.None)
            throw new FunctionException("invalid type for comparison");
        if (leftKind != rightKind)
        {
            if (leftKind is Basic.Int or Basic.Uint && rightKind is Basic.Int or Basic.Uint)
                return Wide(left) < Wide(right);
            throw Incompatible(left!, right!);
        }

        return leftKind switch
        {
            Basic.Int or Basic.Uint => Wide(left) < Wide(right),
            Basic.Float => Convert.ToDouble(left, CultureInfo.InvariantCulture) < Convert.ToDouble(right, CultureInfo.InvariantCulture),
            Basic.String => GoText.Compare((string)left!, (string)right!) < 0,
            _ => throw new FunctionException("invalid type for comparison"),
        };
    }

    private static bool IsLessOrEqual(object? left, object? right) => IsLess(left, right) || IsEqual(left, BasicKind(left), right);

    private static Int128 Wide(object? value)
    {
        GoValue.TryGetInteger(value, out var number, out var signed);
        return signed ? number : unchecked((ulong)number);
    }

    private static FunctionException Incompatible(object left, object right) =>
        new("incompatible types for comparison: " + GoValue.TypeName(left) + " and " + GoValue.TypeName(right));
}
