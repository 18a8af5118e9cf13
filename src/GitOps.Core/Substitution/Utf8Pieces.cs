using System.Buffers;
using System.Text;

namespace GitOps.Substitution;

/// <summary>Texts that may hold parts of characters: a byte that is no character by itself is a lone surrogate U+DC80 to U+DCFF.</summary>
/// <remarks>Flux cuts bytes, so one substitution can leave the first half of a character and the next one its other half.</remarks>
internal static class Utf8Pieces
{
    private const int Replacement = 0xFFFD;

    public static byte[] Encode(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var consumed) == OperationStatus.Done)
            {
                length += rune.EncodeToUtf8(bytes.AsSpan(length));
            }
            else
            {
                bytes[length++] = (byte)text[i];
            }

            i += consumed;
        }

        return bytes[..length];
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[consumed..];
            }
            else
            {
                text.Append((char)(0xDC00 + bytes[0]));
                bytes = bytes[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>The characters in reverse; what is no character becomes the replacement character.</summary>
    public static byte[] Reverse(ReadOnlySpan<byte> bytes)
    {
        var reversed = new byte[bytes.Length * 3];
        var start = reversed.Length;
        while (bytes.Length > 0)
        {
            var rune = new Rune(CharacterAt(bytes, out var width));
            bytes = bytes[width..];
            start -= rune.Utf8SequenceLength;
            rune.EncodeToUtf8(reversed.AsSpan(start));
        }

        return reversed[start..];
    }

    /// <summary>The character at the beginning; a byte that begins none is the replacement character.</summary>
    public static int CharacterAt(ReadOnlySpan<byte> bytes, out int width)
    {
        if (Rune.DecodeFromUtf8(bytes, out var rune, out width) == OperationStatus.Done)
        {
            return rune.Value;
        }

        width = 1;
        return Replacement;
    }

    /// <summary>Puts halves that met together; false when a half is left.</summary>
    public static bool TryComplete(ref string text)
    {
        if (!HasPieces(text))
        {
            return true;
        }

        text = Decode(Encode(text));
        return !HasPieces(text);
    }

    private static bool HasPieces(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uDC80', '\uDCFF'); i >= 0 && i < text.Length; i++)
        {
            if (text[i] is >= '\uDC80' and <= '\uDCFF' && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
            {
                return true;
            }
        }

        return false;
    }
}
