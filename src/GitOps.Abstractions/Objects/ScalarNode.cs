using System.Globalization;
using System.Numerics;

namespace GitOps;

/// <summary>A scalar of an object tree: its source text and what that text means.</summary>
/// <remarks>
/// The text is kept as written, so <c>1</c>, <c>1.0</c>, <c>"1"</c>, <c>0644</c> and <c>1e21</c> stay apart.
/// For strings <see cref="Text"/> is the value itself (unescaped, unfolded).
/// </remarks>
public sealed class ScalarNode : Node
{
    /// <summary>Makes a scalar.</summary>
    /// <param name="kind">What the text means.</param>
    /// <param name="text">The source text; for strings the value itself.</param>
    /// <param name="style">How it was written.</param>
    public ScalarNode(ScalarKind kind, string text, ScalarStyle style = ScalarStyle.Plain)
    {
        ArgumentNullException.ThrowIfNull(text);
        Kind = kind;
        Text = text;
        Style = style;
    }

    /// <summary>What the text means.</summary>
    public ScalarKind Kind { get; private set; }

    /// <summary>The source text; for strings the value itself.</summary>
    public string Text { get; private set; }

    /// <summary>How the scalar was written in its source.</summary>
    public ScalarStyle Style { get; private set; }

    /// <summary>Where the meaning comes from.</summary>
    internal ScalarTag Tag { get; private set; }

    /// <summary>Makes a string scalar.</summary>
    /// <param name="value">The value.</param>
    /// <returns>A scalar of kind <see cref="ScalarKind.String"/>.</returns>
    public static ScalarNode String(string value) => new(ScalarKind.String, value, ScalarStyle.DoubleQuoted);

    /// <summary>Makes a whole number.</summary>
    /// <param name="value">The value.</param>
    /// <returns>A scalar of kind <see cref="ScalarKind.Integer"/>.</returns>
    public static ScalarNode Integer(long value) => new(ScalarKind.Integer, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes a truth value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>A scalar of kind <see cref="ScalarKind.Boolean"/>.</returns>
    public static ScalarNode Boolean(bool value) => new(ScalarKind.Boolean, value ? "true" : "false");

    /// <summary>Makes a null.</summary>
    /// <returns>A scalar of kind <see cref="ScalarKind.Null"/>.</returns>
    public static ScalarNode Null() => new(ScalarKind.Null, "null");

    /// <summary>Makes this node hold another scalar, wherever it is used.</summary>
    internal void Become(ScalarKind kind, string text, ScalarStyle style)
    {
        Kind = kind;
        Text = text;
        Style = style;
    }

    /// <summary>Makes this node hold another scalar with a meaning from elsewhere.</summary>
    internal void Become(ScalarKind kind, string text, ScalarStyle style, ScalarTag tag)
    {
        Become(kind, text, style);
        Tag = tag;
    }

    /// <inheritdoc/>
    public override Node DeepClone() => new ScalarNode(Kind, Text, Style) { Line = Line, Column = Column, Tag = Tag };

    /// <summary>The truth value of a scalar of kind <see cref="ScalarKind.Boolean"/>; <see langword="false"/> for all else.</summary>
    /// <returns>Whether the text is one of YAML 1.1's words for true.</returns>
    public bool AsBoolean() => Kind == ScalarKind.Boolean && Text is "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON";

    /// <summary>Reads a whole number in any of go-yaml's forms: decimal, <c>0b1</c>, <c>0644</c>, <c>0o644</c>, <c>0x1F</c>, with underscores and sign.</summary>
    /// <param name="value">The number, when it fits.</param>
    /// <returns><see langword="false"/> when the scalar is no whole number or does not fit into 64 bits.</returns>
    public bool TryGetInt64(out long value)
    {
        if (Kind == ScalarKind.Integer && long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && (Text.Length < 2 || !HasRadixPrefix(Text)))
        {
            return true;
        }

        if (Kind == ScalarKind.Integer && TryParseInteger(Text, out var big) && big >= long.MinValue && big <= long.MaxValue)
        {
            value = (long)big;
            return true;
        }

        value = 0;
        return false;
    }

    /// <summary>The value of a number as a double; NaN for all other kinds.</summary>
    /// <returns>The number.</returns>
    public double AsDouble()
    {
        if (Kind == ScalarKind.Integer)
        {
            if (TryGetInt64(out var small))
            {
                return small;
            }

            // Through decimal text, because the conversion of BigInteger cuts off where parsing rounds.
            return TryParseInteger(Text, out var big) ? double.Parse(big.ToString(CultureInfo.InvariantCulture), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : double.NaN;
        }

        if (Kind != ScalarKind.Float)
        {
            return double.NaN;
        }

        var text = Text.Contains('_', StringComparison.Ordinal) ? Text.Replace("_", "", StringComparison.Ordinal) : Text;
        return text switch
        {
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool HasRadixPrefix(string text)
    {
        var start = text[0] is '+' or '-' ? 1 : 0;
        return text.Length > start + 1 && text[start] == '0';
    }

    private static bool TryParseInteger(string text, out BigInteger value)
    {
        value = BigInteger.Zero;
        var span = text.AsSpan();
        var negative = false;
        if (span.Length > 0 && span[0] is '+' or '-')
        {
            negative = span[0] == '-';
            span = span[1..];
        }

        var radix = 10;
        if (span.Length > 1 && span[0] == '0')
        {
            (radix, var skip) = span[1] switch
            {
                'x' or 'X' => (16, 2),
                'b' or 'B' => (2, 2),
                'o' or 'O' => (8, 2),
                _ => (8, 1),
            };
            span = span[skip..];
        }

        var any = false;
        foreach (var c in span)
        {
            if (c == '_')
            {
                continue;
            }

            var digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'f' => c - 'a' + 10,
                >= 'A' and <= 'F' => c - 'A' + 10,
                _ => 99,
            };
            if (digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
            any = true;
        }

        if (negative)
        {
            value = -value;
        }

        return any;
    }
}
