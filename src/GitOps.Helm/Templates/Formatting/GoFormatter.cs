using System.Globalization;
using System.Text;

namespace GitOps.Helm.Templates;

/// <summary>Go's <c>fmt</c>: print, println and printf with its verbs, flags and error notes.</summary>
internal sealed partial class GoFormatter
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
}
