using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Values;

/// <summary>What go-yaml makes of a text's bytes: UTF-16 is decoded when it starts with its mark, and what is no UTF-8 is refused.</summary>
internal static class YamlEncoding
{
    /// <summary>The text as YAML sees it.</summary>
    /// <param name="text">A text in which bytes that are no UTF-8 survived.</param>
    /// <param name="decoded">The decoded text, when it is not the same.</param>
    /// <returns>Whether it is not the same.</returns>
    /// <exception cref="HelmException">The bytes are no text.</exception>
    public static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        if (!HasStrayByte(text))
        {
            return false;
        }

        var bytes = GoText.GetBytes(text);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            decoded = DecodeUtf16(bytes.AsSpan(2), bigEndian: bytes[0] == 0xFE);
            return true;
        }

        throw Refused(ProblemOf(bytes));
    }

    private static bool HasStrayByte(ReadOnlySpan<char> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return false;
            }

            at += next;
            if (GoText.RuneWidth(text, at) == 1)
            {
                return true;
            }

            at++;
        }

        return false;
    }

    private static string DecodeUtf16(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        if (bytes.Length % 2 != 0)
        {
            throw Refused("incomplete UTF-16 character");
        }

        try
        {
            return new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Refused("unexpected low surrogate area", e);
        }
    }

    private static string ProblemOf(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Rune.DecodeFromUtf8(bytes, out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            bytes = bytes[length..];
        }

        var width = bytes.IsEmpty ? 0 : bytes[0] switch { < 0x80 => 1, >= 0xC0 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF8 => 4, _ => 0 };
        if (width == 0)
        {
            return "invalid leading UTF-8 octet";
        }

        if (width > bytes.Length)
        {
            return "incomplete UTF-8 octet sequence";
        }

        foreach (var octet in bytes[1..width])
        {
            if (octet is < 0x80 or > 0xBF)
            {
                return "invalid trailing UTF-8 octet";
            }
        }

        return bytes[0] is 0xC0 or 0xC1 || bytes is [0xE0, < 0xA0, ..] or [0xF0, < 0x90, ..] ? "invalid length of a UTF-8 sequence" : "invalid Unicode character";
    }

    private static HelmException Refused(string problem, Exception? cause = null) => new($"error converting YAML to JSON: yaml: {problem}", cause);
}
