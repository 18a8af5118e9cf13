using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace GitOps.Helm.Templates;

/// <summary>
/// Go strings are bytes; ours are UTF-16. A byte that is not part of valid UTF-8 is held as the lone surrogate U+DC80..U+DCFF,
/// so every Go string survives a round trip.
/// </summary>
internal static class GoText
{
    private const int EscapeBase = 0xDC00;

    /// <summary>Orders strings by their UTF-8 bytes, as Go does.</summary>
    public static IComparer<string> ByteOrder { get; } = Comparer<string>.Create(Compare);

    /// <summary>The raw byte a lone surrogate stands for.</summary>
    /// <param name="c">The character.</param>
    /// <param name="value">The byte.</param>
    /// <returns>Whether the character is such an escape (if it is not the second half of a pair).</returns>
    public static bool IsEscapedByte(char c, out byte value)
    {
        value = (byte)(c - EscapeBase);
        return c is >= '\uDC80' and <= '\uDCFF';
    }

    /// <summary>How many bytes the string has in Go.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Go's <c>len</c>.</returns>
    public static int ByteCount(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text))
            return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                count++;
            }
            else if (c < 0x800)
            {
                count += 2;
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                count += 4;
                i++;
            }
            else
            {
                count += IsEscapedByte(c, out _) ? 1 : 3;
            }
        }

        return count;
    }

    /// <summary>How many runes the string has in Go; a stray byte counts as one.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Go's <c>utf8.RuneCountInString</c>.</returns>
    public static int RuneCount(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>The length, in characters, of the rune at a place.</summary>
    /// <param name="text">The string.</param>
    /// <param name="index">The place.</param>
    /// <returns>1 or 2.</returns>
    public static int RuneWidth(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    /// <summary>The code point at a place; U+FFFD for a stray byte.</summary>
    /// <param name="text">The string.</param>
    /// <param name="index">The place.</param>
    /// <returns>The code point.</returns>
    public static int RuneAt(ReadOnlySpan<char> text, int index)
    {
        var c = text[index];
        if (!char.IsSurrogate(c))
            return c;
        return RuneWidth(text, index) == 2 ? char.ConvertToUtf32(c, text[index + 1]) : 0xFFFD;
    }

    /// <summary>The string's bytes.</summary>
    /// <param name="text">The string.</param>
    /// <returns>What Go would hold.</returns>
    public static byte[] GetBytes(ReadOnlySpan<char> text)
    {
        var bytes = new byte[ByteCount(text)];
        if (bytes.Length == text.Length)
        {
            var plain = true;
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] >= 0x80)
                {
                    plain = false;
                    break;
                }

                bytes[i] = (byte)text[i];
            }

            if (plain)
                return bytes;
        }

        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (IsEscapedByte(c, out var raw))
            {
                bytes[at++] = raw;
                continue;
            }

            if (RuneWidth(text, i) == 2)
            {
                at += new Rune(c, text[++i]).EncodeToUtf8(bytes.AsSpan(at));
                continue;
            }

            at += (char.IsSurrogate(c) ? Rune.ReplacementChar : new Rune(c)).EncodeToUtf8(bytes.AsSpan(at));
        }

        return bytes;
    }

    /// <summary>Makes a string of bytes.</summary>
    /// <param name="bytes">What Go would hold.</param>
    /// <returns>The string.</returns>
    public static string FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        var builder = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var width) == OperationStatus.Done)
            {
                builder.Append(pair[..rune.EncodeToUtf16(pair)]);
                bytes = bytes[width..];
            }
            else
            {
                builder.Append((char)(EscapeBase + bytes[0]));
                bytes = bytes[1..];
            }
        }

        return builder.ToString();
    }

    /// <summary>The string with each stray byte replaced by U+FFFD, as JSON has it.</summary>
    /// <param name="text">The string.</param>
    /// <returns>Valid text.</returns>
    public static string ToValid(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text;
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                var c = source[i];
                if (RuneWidth(source, i) == 2)
                {
                    span[i] = c;
                    span[++i] = source[i];
                }
                else
                {
                    span[i] = char.IsSurrogate(c) ? '\uFFFD' : c;
                }
            }
        });
    }

    /// <summary>A part of a string, cut at byte offsets.</summary>
    /// <param name="text">The string.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="to">After the last byte.</param>
    /// <returns>Go's <c>text[from:to]</c>.</returns>
    public static string Slice(string text, int from, int to) =>
        Ascii.IsValid(text) ? text[from..to] : FromBytes(GetBytes(text).AsSpan(from, to - from));

    /// <summary>Compares by UTF-8 bytes.</summary>
    /// <param name="left">A string.</param>
    /// <param name="right">Another.</param>
    /// <returns>Negative, zero or positive.</returns>
    public static int Compare(string? left, string? right)
    {
        var a = left.AsSpan();
        var b = right.AsSpan();
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        return Rank(a[common]).CompareTo(Rank(b[common]));

        // UTF-16 order differs from code point order only in that surrogates sort below U+E000..U+FFFF.
        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }
}
