using System.Globalization;

namespace GitOps.Helm.Templates;

/// <content>Format strings: verbs, flags, widths and argument indexes.</content>
internal sealed partial class GoFormatter
{
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
}
