using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>A string seen as Go sees it: one character for each byte. Functions that cut at byte offsets work on it.</summary>
internal static class ByteString
{
    /// <summary>One character (0..255) for each byte.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Its bytes as characters; the same string when it is ASCII.</returns>
    public static string Of(string text) => System.Text.Ascii.IsValid(text) ? text : System.Text.Encoding.Latin1.GetString(GoText.GetBytes(text));

    /// <summary>The string of bytes held as characters.</summary>
    /// <param name="bytes">What <see cref="Of"/> gave, or a part of it.</param>
    /// <returns>The string.</returns>
    public static string ToText(string bytes) => System.Text.Ascii.IsValid(bytes) ? bytes : GoText.FromBytes(System.Text.Encoding.Latin1.GetBytes(bytes));
}
