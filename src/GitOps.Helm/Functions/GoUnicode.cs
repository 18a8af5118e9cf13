using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Go's ideas of space, upper and lower case.</summary>
internal static class GoUnicode
{
    /// <summary>Go's <c>unicode.IsSpace</c>.</summary>
    /// <param name="c">The character; no space is outside the basic plane.</param>
    /// <returns>Whether it is white space.</returns>
    public static bool IsSpace(char c) => c is '\t' or '\n' or '\v' or '\f' or '\r' or ' ' or '\u0085' or '\u00A0' or '\u1680'
        or (>= '\u2000' and <= '\u200a') or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000';

    /// <summary>Go's <c>strings.TrimSpace</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text without space at its ends.</returns>
    public static string Trim(string text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsSpace(text[start]))
            start++;
        while (end > start && IsSpace(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>Go's <c>strings.ToUpper</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in upper case.</returns>
    public static string ToUpper(string text) => Ascii.IsValid(text) ? text.ToUpperInvariant() : Map(text, ToUpper);

    /// <summary>Go's <c>strings.ToLower</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in lower case.</returns>
    public static string ToLower(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, ToLower);

    /// <summary>Go's <c>unicode.ToUpper</c>.</summary>
    /// <param name="rune">The rune.</param>
    /// <returns>Its upper case; the rune itself when it has none.</returns>
    public static Rune ToUpper(Rune rune) => rune.Value switch
    {
        // The runtime leaves these two alone because their way back differs.
        0x131 => new Rune('I'),
        0x17F => new Rune('S'),
        _ => Known(rune, Rune.ToUpperInvariant(rune)),
    };

    /// <summary>Go's <c>unicode.ToLower</c>.</summary>
    /// <param name="rune">The rune.</param>
    /// <returns>Its lower case; the rune itself when it has none.</returns>
    public static Rune ToLower(Rune rune) => rune.Value == 0x130 ? new Rune('i') : Known(rune, Rune.ToLowerInvariant(rune));

    /// <summary>Go's <c>unicode.ToTitle</c>.</summary>
    /// <param name="rune">The rune.</param>
    /// <returns>Its title case; the rune itself when it has none.</returns>
    public static Rune ToTitle(Rune rune) => rune.Value switch
    {
        // Letters made of two have a form of their own, Georgian has no capitals in titles.
        >= 0x1C4 and <= 0x1C6 => new Rune(0x1C5),
        >= 0x1C7 and <= 0x1C9 => new Rune(0x1C8),
        >= 0x1CA and <= 0x1CC => new Rune(0x1CB),
        >= 0x1F1 and <= 0x1F3 => new Rune(0x1F2),
        >= 0x10D0 and <= 0x10FF => rune,
        _ => ToUpper(rune),
    };

    /// <summary>Go's <c>unicode.IsUpper</c>.</summary>
    public static bool IsUpper(Rune rune) => GoCategory.Of(rune.Value) == UnicodeCategory.UppercaseLetter;

    /// <summary>Go's <c>unicode.IsLower</c>.</summary>
    public static bool IsLower(Rune rune) => GoCategory.Of(rune.Value) == UnicodeCategory.LowercaseLetter;

    /// <summary>Go's <c>unicode.IsTitle</c>.</summary>
    public static bool IsTitle(Rune rune) => GoCategory.Of(rune.Value) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Go's <c>unicode.IsLetter</c>.</summary>
    public static bool IsLetter(Rune rune) => GoCategory.Of(rune.Value) <= UnicodeCategory.OtherLetter;

    /// <summary>Go's <c>unicode.IsNumber</c>.</summary>
    public static bool IsNumber(Rune rune) => GoCategory.Of(rune.Value) is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber;

    /// <summary>Rewrites each rune.</summary>
    /// <param name="text">The text.</param>
    /// <param name="map">Gives the new rune.</param>
    /// <returns>The new text; a stray byte is U+FFFD in it, as Go's <c>strings.Map</c> makes it.</returns>
    public static string Map(string text, Func<Rune, Rune> map)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                builder.Append(map(Rune.ReplacementChar).ToString());
                continue;
            }

            builder.Append(map(rune).ToString());
            i += rune.Utf16SequenceLength - 1;
        }

        return builder.ToString();
    }

    private static Rune Known(Rune rune, Rune mapped) => GoCategory.IsKnown(rune.Value) && GoCategory.IsKnown(mapped.Value) ? mapped : rune;
}
