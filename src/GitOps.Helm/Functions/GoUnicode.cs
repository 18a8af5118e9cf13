using System.Text;

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
    public static string ToUpper(string text) => Ascii.IsValid(text) ? text.ToUpperInvariant() : Map(text, Rune.ToUpperInvariant);

    /// <summary>Go's <c>strings.ToLower</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in lower case.</returns>
    public static string ToLower(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Map(text, Rune.ToLowerInvariant);

    /// <summary>Rewrites each rune.</summary>
    /// <param name="text">The text.</param>
    /// <param name="map">Gives the new rune.</param>
    /// <returns>The new text; stray bytes stay.</returns>
    public static string Map(string text, Func<Rune, Rune> map)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                builder.Append(text[i]);
                continue;
            }

            builder.Append(map(rune).ToString());
            i += rune.Utf16SequenceLength - 1;
        }

        return builder.ToString();
    }
}
