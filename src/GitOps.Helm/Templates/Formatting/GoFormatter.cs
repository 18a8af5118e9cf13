using System.Globalization;
using System.Numerics;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>Go's <c>fmt</c>: print, println and printf with its verbs, flags and error notes.</summary>
internal sealed class GoFormatter
{
    private const int MaxNesting = 1000;
    private readonly StringBuilder output;
    private bool plus;
    private bool minus;
    private bool sharp;
    private bool space;
    private bool zero;
    private bool plusV;
    private bool sharpV;
    private bool hasWidth;
    private bool hasPrecision;
    private int width;
    private int precision;
    private bool erroring;

    public GoFormatter(StringBuilder output) => this.output = output;

    /// <summary>Prints one value as <c>%v</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text.</returns>
    public static string ToText(object? value)
    {
        if (value is string s)
            return s;
        var builder = new StringBuilder();
        new GoFormatter(builder).PrintArgument(value, 'v');
        return builder.ToString();
    }

    /// <summary>Go's <c>fmt.Sprintf</c>.</summary>
    /// <param name="format">The format.</param>
    /// <param name="arguments">What to print.</param>
    /// <returns>The text.</returns>
    public static string Sprintf(string format, params ReadOnlySpan<object?> arguments)
    {
        var builder = new StringBuilder(format.Length + 16);
        new GoFormatter(builder).Printf(format, arguments);
        return builder.ToString();
    }

    /// <summary>Go's <c>fmt.Sprint</c>: a space between operands when neither is a string.</summary>
    /// <param name="arguments">What to print.</param>
    /// <returns>The text.</returns>
    public static string Sprint(params ReadOnlySpan<object?> arguments)
    {
        if (arguments.Length == 1 && arguments[0] is string only)
            return only;
        var builder = new StringBuilder();
        var formatter = new GoFormatter(builder);
        var previousIsString = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var isString = arguments[i] is string;
            if (i > 0 && !isString && !previousIsString)
                builder.Append(' ');
            formatter.PrintArgument(arguments[i], 'v');
            previousIsString = isString;
        }

        return builder.ToString();
    }

    /// <summary>Go's <c>fmt.Sprintln</c>.</summary>
    /// <param name="arguments">What to print.</param>
    /// <returns>The text with its newline.</returns>
    public static string Sprintln(params ReadOnlySpan<object?> arguments)
    {
        var builder = new StringBuilder();
        var formatter = new GoFormatter(builder);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i > 0)
                builder.Append(' ');
            formatter.PrintArgument(arguments[i], 'v');
        }

        return builder.Append('\n').ToString();
    }

    /// <summary>Formats into the output.</summary>
    /// <param name="format">The format.</param>
    /// <param name="arguments">What to print.</param>
    public void Printf(string format, ReadOnlySpan<object?> arguments)
    {
        var next = 0;
        var reordered = false;
        var end = format.Length;
        for (var i = 0; i < end;)
        {
            var goodIndex = true;
            var mark = format.AsSpan(i).IndexOf('%');
            if (mark < 0)
            {
                output.Append(format, i, end - i);
                break;
            }

            output.Append(format, i, mark);
            i += mark + 1;
            ClearFlags();
            var afterIndex = false;

            for (; i < end; i++)
            {
                switch (format[i])
                {
                    case '#': sharp = true; continue;
                    case '0': zero = true; continue;
                    case '+': plus = true; continue;
                    case '-': minus = true; continue;
                    case ' ': space = true; continue;
                }

                break;
            }

            ReadIndex(format, ref i, ref next, arguments.Length, ref goodIndex, ref reordered, ref afterIndex);
            if (i < end && format[i] == '*')
            {
                i++;
                hasWidth = ReadStar(arguments, ref next, out width);
                if (!hasWidth)
                    output.Append("%!(BADWIDTH)");
                if (width < 0)
                {
                    width = -width;
                    minus = true;
                    zero = false;
                }

                afterIndex = false;
            }
            else
            {
                hasWidth = ReadNumber(format, ref i, out width);
                if (afterIndex && hasWidth)
                    goodIndex = false;
            }

            if (i + 1 <= end && i < end && format[i] == '.')
            {
                i++;
                if (afterIndex)
                    goodIndex = false;
                ReadIndex(format, ref i, ref next, arguments.Length, ref goodIndex, ref reordered, ref afterIndex);
                if (i < end && format[i] == '*')
                {
                    i++;
                    hasPrecision = ReadStar(arguments, ref next, out precision);
                    if (precision < 0)
                    {
                        precision = 0;
                        hasPrecision = false;
                    }

                    if (!hasPrecision)
                        output.Append("%!(BADPREC)");
                    afterIndex = false;
                }
                else
                {
                    hasPrecision = ReadNumber(format, ref i, out precision);
                    if (!hasPrecision)
                    {
                        precision = 0;
                        hasPrecision = true;
                    }
                }
            }

            if (!afterIndex)
                ReadIndex(format, ref i, ref next, arguments.Length, ref goodIndex, ref reordered, ref afterIndex);
            if (i >= end)
            {
                output.Append("%!(NOVERB)");
                break;
            }

            var runeWidth = GoText.RuneWidth(format, i);
            var verb = GoText.RuneAt(format, i);
            var verbText = format.Substring(i, runeWidth);
            i += runeWidth;
            if (verb == '%')
            {
                output.Append('%');
            }
            else if (!goodIndex)
            {
                output.Append("%!").Append(verbText).Append("(BADINDEX)");
            }
            else if (next >= arguments.Length)
            {
                output.Append("%!").Append(verbText).Append("(MISSING)");
            }
            else
            {
                if (verb is 'v' or 'w')
                {
                    sharpV = sharp;
                    sharp = false;
                    plusV = plus;
                    plus = false;
                }

                PrintArgument(arguments[next++], verb);
            }
        }

        if (!reordered && next < arguments.Length)
        {
            ClearFlags();
            output.Append("%!(EXTRA ");
            for (var i = next; i < arguments.Length; i++)
            {
                if (i > next)
                    output.Append(", ");
                if (arguments[i] is null)
                {
                    output.Append("<nil>");
                    continue;
                }

                output.Append(GoValue.TypeName(arguments[i])).Append('=');
                PrintArgument(arguments[i], 'v');
            }

            output.Append(')');
        }
    }

    /// <summary>Prints one operand.</summary>
    /// <param name="value">The operand.</param>
    /// <param name="verb">The verb.</param>
    public void PrintArgument(object? value, int verb)
    {
        if (value is null or NoValue)
        {
            if (verb is 'T' or 'v')
                Pad("<nil>");
            else
                BadVerb(null, verb);
            return;
        }

        if (verb == 'T')
        {
            PrintString(GoValue.TypeName(value), 's', null);
            return;
        }

        // %w is for errors alone, and says so before it looks inside.
        if (verb == 'p' || (verb == 'w' && !erroring && value is not (string or byte[]) && GoValue.KindOf(value) is GoKind.Map or GoKind.Slice or GoKind.Struct))
        {
            BadVerb(value, verb);
            return;
        }

        PrintValue(value, verb, 0);
    }

    private static bool ReadNumber(string format, ref int i, out int number)
    {
        number = 0;
        var start = i;
        while (i < format.Length && char.IsAsciiDigit(format[i]))
        {
            if (number > 1_000_000)
            {
                number = 0;
                i = format.Length;
                return false;
            }

            number = (number * 10) + (format[i++] - '0');
        }

        return i > start;
    }

    private static void ReadIndex(string format, ref int i, ref int next, int count, ref bool goodIndex, ref bool reordered, ref bool found)
    {
        if (i >= format.Length || format[i] != '[')
        {
            found = false;
            return;
        }

        reordered = true;
        var close = format.IndexOf(']', i);
        if (close < 0 || format.Length - i < 3)
        {
            goodIndex = false;
            found = false;
            i++;
            return;
        }

        var text = format.AsSpan(i + 1, close - i - 1);
        i = close + 1;
        if (text.Length is > 0 and < 8 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= 1 && index <= count)
        {
            next = index - 1;
            found = true;
            return;
        }

        goodIndex = false;
        found = text.Length > 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    // A bad index leaves the place as it was, and a star takes what is there.
    private static bool ReadStar(ReadOnlySpan<object?> arguments, ref int next, out int number)
    {
        number = 0;
        if (next >= arguments.Length)
            return false;
        var found = GoValue.TryGetInteger(arguments[next], out var value, out _);
        next++;
        if (!found || value is > 1_000_000 or < -1_000_000)
            return false;
        number = (int)value;
        return true;
    }

    private void ClearFlags()
    {
        plus = minus = sharp = space = zero = plusV = sharpV = hasWidth = hasPrecision = false;
        width = precision = 0;
    }

    private void Pad(string text) => PadTo(text, GoText.RuneCount(text));

    private void PadTo(string text, int size)
    {
        if (!hasWidth || width <= size)
        {
            output.Append(text);
            return;
        }

        if (minus)
            output.Append(text).Append(' ', width - size);
        else
            output.Append(zero ? '0' : ' ', width - size).Append(text);
    }

    private void BadVerb(object? value, int verb)
    {
        erroring = true;
        output.Append("%!").Append(char.ConvertFromUtf32(verb is >= 0xD800 and <= 0xDFFF ? 0xFFFD : verb)).Append('(');
        if (value is null)
        {
            output.Append("<nil>");
        }
        else
        {
            output.Append(GoValue.TypeName(value)).Append('=');
            PrintArgument(value, 'v');
        }

        output.Append(')');
        erroring = false;
    }

    private void PrintValue(object? value, int verb, int depth)
    {
        if (depth > MaxNesting)
            throw new FunctionException("cannot print a value nested more than 1000 levels deep");
        if (sharpV && !erroring && value is IGoSyntax syntax)
        {
            Pad(syntax.GoSyntax());
            return;
        }

        if (verb is 'v' or 's' or 'x' or 'X' or 'q' && value is IGoStringer text)
        {
            if (!erroring && !text.OnlyWhenAddressable && !sharpV)
            {
                PrintString(text.GoString(), verb, value);
                return;
            }
        }

        switch (value)
        {
            case null or NoValue:
                output.Append(sharpV ? "interface {}(nil)" : "<nil>");
                break;
            case string s:
                PrintString(s, verb, s);
                break;
            case bool b:
                if (verb is 't' or 'v')
                    Pad(b ? "true" : "false");
                else
                    BadVerb(value, verb);
                break;
            case double d:
                PrintFloat(d, verb, single: false, value);
                break;
            case float f:
                PrintFloat(f, verb, single: true, value);
                break;
            case Complex c:
                PrintComplex(c, verb);
                break;
            case byte[] bytes:
                PrintBytes(bytes, verb, depth);
                break;
            case List<object?> list:
                PrintList(value, list, GoType.Any, verb, depth);
                break;
            case TypedList list:
                PrintList(value, list.Items, list.Element, verb, depth);
                break;
            case Dictionary<string, object?> map:
                PrintMap(value, map, verb, depth);
                break;
            case TypedMap map:
                PrintMap(value, map.Items, verb, depth);
                break;
            case GoStruct structure:
                PrintStruct(structure, verb, depth);
                break;
            default:
                if (GoValue.TryGetInteger(value, out var number, out var signed))
                    PrintInteger(number, signed, verb, value);
                else
                    BadVerb(value, verb);
                break;
        }
    }

    private void PrintList(object value, IReadOnlyList<object?> items, GoType element, int verb, int depth)
    {
        if (verb is 's' or 'q' or 'x' or 'X' && ReferenceEquals(element, GoType.Uint8))
        {
            var bytes = new byte[items.Count];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)items[i]!;
            PrintBytes(bytes, verb, depth);
            return;
        }

        if (sharpV && GoValue.IsNil(value))
        {
            output.Append(GoValue.TypeName(value)).Append("(nil)");
            return;
        }

        if (sharpV)
            output.Append(GoValue.TypeName(value)).Append('{');
        else
            output.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                output.Append(sharpV ? ", " : " ");
            PrintValue(items[i], verb, depth + 1);
        }

        output.Append(sharpV ? '}' : ']');
    }

    private void PrintMap(object value, Dictionary<string, object?> map, int verb, int depth)
    {
        if (sharpV && GoValue.IsNil(value))
        {
            output.Append(GoValue.TypeName(value)).Append("(nil)");
            return;
        }

        if (sharpV)
            output.Append(GoValue.TypeName(value)).Append('{');
        else
            output.Append("map[");
        var first = true;
        foreach (var key in GoValue.SortedKeys(map))
        {
            if (!first)
                output.Append(sharpV ? ", " : " ");
            first = false;
            PrintValue(key, verb, depth + 1);
            output.Append(':');
            PrintValue(map[key], verb, depth + 1);
        }

        output.Append(sharpV ? '}' : ']');
    }

    private void PrintStruct(GoStruct structure, int verb, int depth)
    {
        if (structure.IsPointer)
        {
            if (depth > 0)
            {
                // Go prints an address here, different in each run.
                output.Append("0xc000000000");
                return;
            }

            output.Append('&');
        }

        if (sharpV)
            output.Append(structure.TypeName.TrimStart('*'));
        output.Append('{');
        for (var i = 0; i < structure.Fields.Count; i++)
        {
            if (i > 0)
                output.Append(sharpV ? ", " : " ");
            if (plusV || sharpV)
                output.Append(structure.Fields[i].Name).Append(':');
            PrintValue(structure.Fields[i].Value, verb, depth + 1);
        }

        output.Append('}');
    }

    private void PrintBytes(byte[] bytes, int verb, int depth)
    {
        switch (verb)
        {
            case 'v' or 'd':
                if (sharpV)
                {
                    output.Append("[]byte{");
                    for (var i = 0; i < bytes.Length; i++)
                        output.Append(i > 0 ? ", " : string.Empty).Append("0x").Append(bytes[i].ToString("x", CultureInfo.InvariantCulture));
                    output.Append('}');
                    break;
                }

                output.Append('[');
                for (var i = 0; i < bytes.Length; i++)
                {
                    if (i > 0)
                        output.Append(' ');
                    WriteInteger(bytes[i], 10, signed: false, verb, upper: false);
                }

                output.Append(']');
                break;
            case 's' or 'x' or 'X' or 'q':
                PrintString(GoText.FromBytes(bytes), verb, bytes);
                break;
            default:
                output.Append('[');
                for (var i = 0; i < bytes.Length; i++)
                {
                    if (i > 0)
                        output.Append(' ');
                    PrintValue(bytes[i], verb, depth + 1);
                }

                output.Append(']');
                break;
        }
    }

    private void PrintString(string text, int verb, object? original)
    {
        switch (verb)
        {
            case 'v' when sharpV:
            case 'q':
                var cut = Truncate(text);
                if (sharp && GoQuote.CanBackquote(cut))
                    Pad("`" + cut + "`");
                else
                    Pad(GoQuote.Quote(cut, plus));
                break;
            case 'v' or 's':
                Pad(Truncate(text));
                break;
            case 'x' or 'X':
                PrintHex(GoText.GetBytes(text), verb == 'X');
                break;
            default:
                BadVerb(original, verb);
                break;
        }
    }

    private string Truncate(string text)
    {
        if (!hasPrecision || text.Length <= precision)
            return text;
        var runes = 0;
        for (var i = 0; i < text.Length; i += GoText.RuneWidth(text, i))
        {
            if (runes++ == precision)
                return text[..i];
        }

        return text;
    }

    private void PrintHex(byte[] bytes, bool upper)
    {
        var length = hasPrecision && precision < bytes.Length ? precision : bytes.Length;
        var size = 2 * length;
        if (size == 0)
        {
            if (hasWidth)
                output.Append(' ', width);
            return;
        }

        if (space)
        {
            if (sharp)
                size *= 2;
            size += length - 1;
        }
        else if (sharp)
        {
            size += 2;
        }

        var padding = hasWidth && width > size ? width - size : 0;
        if (padding > 0 && !minus)
            output.Append(zero ? '0' : ' ', padding);
        var prefix = upper ? "0X" : "0x";
        if (sharp)
            output.Append(prefix);
        for (var i = 0; i < length; i++)
        {
            if (space && i > 0)
            {
                output.Append(' ');
                if (sharp)
                    output.Append(prefix);
            }

            output.Append(bytes[i].ToString(upper ? "X2" : "x2", CultureInfo.InvariantCulture));
        }

        if (padding > 0 && minus)
            output.Append(' ', padding);
    }

    private void PrintInteger(long value, bool signed, int verb, object original)
    {
        switch (verb)
        {
            case 'v' when sharpV && !signed:
                output.Append("0x").Append(unchecked((ulong)value).ToString("x", CultureInfo.InvariantCulture));
                break;
            case 'v' or 'd':
                WriteInteger(value, 10, signed, verb, upper: false);
                break;
            case 'b':
                WriteInteger(value, 2, signed, verb, upper: false);
                break;
            case 'o' or 'O':
                WriteInteger(value, 8, signed, verb, upper: false);
                break;
            case 'x':
                WriteInteger(value, 16, signed, verb, upper: false);
                break;
            case 'X':
                WriteInteger(value, 16, signed, verb, upper: true);
                break;
            case 'c':
                Pad(value is >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF) ? char.ConvertFromUtf32((int)value) : "\uFFFD");
                break;
            case 'q':
                Pad(GoQuote.QuoteRune(value, plus));
                break;
            case 'U':
                var text = unchecked((ulong)value).ToString("X" + (hasPrecision && precision > 4 ? precision : 4).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
                text = "U+" + text;
                if (sharp && value is >= 0 and <= 0x10FFFF && GoQuote.IsPrint((int)value))
                    text += " '" + char.ConvertFromUtf32((int)value) + "'";
                var padWithZero = zero;
                zero = false;
                Pad(text);
                zero = padWithZero;
                break;
            default:
                BadVerb(original, verb);
                break;
        }
    }

    private void WriteInteger(long value, int numberBase, bool signed, int verb, bool upper)
    {
        var negative = signed && value < 0;
        var magnitude = negative ? 0UL - unchecked((ulong)value) : unchecked((ulong)value);
        if (numberBase == 10 && !hasWidth && !hasPrecision && !plus && !space && !sharp)
        {
            if (negative)
                output.Append('-');
            output.Append(CultureInfo.InvariantCulture, $"{magnitude}");
            return;
        }

        var minimum = 0;
        if (hasPrecision)
        {
            minimum = precision;
            if (minimum == 0 && magnitude == 0)
            {
                if (hasWidth)
                    output.Append(' ', width);
                return;
            }
        }
        else if (zero && !minus && hasWidth)
        {
            minimum = width;
            if (negative || plus || space)
                minimum--;
        }

        var digits = new StringBuilder();
        var rest = magnitude;
        do
        {
            var digit = (int)(rest % (ulong)numberBase);
            digits.Insert(0, (char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10));
            rest /= (ulong)numberBase;
        }
        while (rest > 0);
        if (digits.Length < minimum)
            digits.Insert(0, "0", minimum - digits.Length);
        if (sharp)
        {
            switch (numberBase)
            {
                case 2: digits.Insert(0, "0b"); break;
                case 8 when digits[0] != '0': digits.Insert(0, '0'); break;
                case 16: digits.Insert(0, upper ? "0X" : "0x"); break;
            }
        }

        if (verb == 'O')
            digits.Insert(0, "0o");
        if (negative)
            digits.Insert(0, '-');
        else if (plus)
            digits.Insert(0, '+');
        else if (space)
            digits.Insert(0, ' ');
        var padWithZero = zero;
        zero = false;
        Pad(digits.ToString());
        zero = padWithZero;
    }

    private void PrintFloat(double value, int verb, bool single, object original)
    {
        switch (verb)
        {
            case 'v':
                WriteFloat(value, 'g', -1, single);
                break;
            case 'b' or 'g' or 'G' or 'x' or 'X':
                WriteFloat(value, (char)verb, -1, single);
                break;
            case 'f' or 'e' or 'E':
                WriteFloat(value, (char)verb, 6, single);
                break;
            case 'F':
                WriteFloat(value, 'f', 6, single);
                break;
            default:
                BadVerb(original, verb);
                break;
        }
    }

    private void WriteFloat(double value, char verb, int digits, bool single)
    {
        if (hasPrecision)
            digits = precision;
        var number = GoFloat.Format(value, verb, digits, single);
        if (number[0] is not '-' and not '+')
            number = "+" + number;
        if (space && number[0] == '+' && !plus)
            number = " " + number[1..];
        if (number[1] is 'I' or 'N')
        {
            var padWithZero = zero;
            zero = false;
            Pad(number[1] == 'N' && !space && !plus ? number[1..] : number[0] == '+' && !plus ? (number[1] == 'I' ? number : number[1..]) : number);
            zero = padWithZero;
            return;
        }

        if (sharp && verb != 'b')
            number = WithDecimalPoint(number, verb, digits);
        if (plus || number[0] != '+')
        {
            if (zero && !minus && hasWidth && width > number.Length)
            {
                output.Append(number[0]).Append('0', width - number.Length).Append(number, 1, number.Length - 1);
                return;
            }

            Pad(number);
            return;
        }

        Pad(number[1..]);
    }

    private static string WithDecimalPoint(string number, char verb, int precision)
    {
        var digits = verb is 'g' or 'G' or 'x' or 'X' ? (precision == -1 ? 6 : precision) : 0;
        var tail = string.Empty;
        var hasPoint = false;
        var sawNonzero = false;
        for (var i = 1; i < number.Length; i++)
        {
            var c = number[i];
            if (c == '.')
            {
                hasPoint = true;
            }
            else if (c is 'p' or 'P' || (c is 'e' or 'E' && verb is not 'x' and not 'X'))
            {
                tail = number[i..];
                number = number[..i];
            }
            else
            {
                sawNonzero |= c != '0';
                if (sawNonzero)
                    digits--;
            }
        }

        if (!hasPoint)
        {
            if (number.Length == 2 && number[1] == '0')
                digits--;
            number += ".";
        }

        return number + new string('0', Math.Max(digits, 0)) + tail;
    }

    private void PrintComplex(Complex value, int verb)
    {
        if (verb is not ('v' or 'b' or 'g' or 'G' or 'x' or 'X' or 'f' or 'F' or 'e' or 'E'))
        {
            BadVerb(value, verb);
            return;
        }

        var withPlus = plus;
        output.Append('(');
        PrintFloat(value.Real, verb, single: false, value);
        plus = true;
        PrintFloat(value.Imaginary, verb, single: false, value);
        output.Append("i)");
        plus = withPlus;
    }
}
