using System.Globalization;
using System.Numerics;
using System.Text;

namespace GitOps.Helm.Templates;

/// <content>Numbers.</content>
internal sealed partial class GoFormatter
{
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
