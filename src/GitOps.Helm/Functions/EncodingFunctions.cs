using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's base64, base32 and checksum functions.</summary>
internal static class EncodingFunctions
{
    private const string Base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static readonly GoType[] One = [GoType.String];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "b64enc", One, static (_, a) => Convert.ToBase64String(GoText.GetBytes((string)a[0]!)) },
        { "b64dec", One, static (_, a) => TryDecodeBase64((string)a[0]!, out var bytes, out var error) ? GoText.FromBytes(bytes) : error },
        { "b32enc", One, static (_, a) => EncodeBase32(GoText.GetBytes((string)a[0]!)) },
        { "b32dec", One, static (_, a) => DecodeBase32((string)a[0]!) },
        { "sha1sum", One, static (_, a) => Convert.ToHexStringLower(Sha1(GoText.GetBytes((string)a[0]!))) },
        { "sha256sum", One, static (_, a) => Convert.ToHexStringLower(SHA256.HashData(GoText.GetBytes((string)a[0]!))) },
        { "sha512sum", One, static (_, a) => Convert.ToHexStringLower(SHA512.HashData(GoText.GetBytes((string)a[0]!))) },
        { "adler32sum", One, static (_, a) => Adler32(GoText.GetBytes((string)a[0]!)).ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>Decodes base64 with Go's strictness: padding required, line breaks ignored.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="error">Go's message, which names the first bad byte.</param>
    /// <returns>Whether the text is base64.</returns>
    public static bool TryDecodeBase64(string text, out byte[] bytes, out string error)
    {
        error = string.Empty;
        var source = ByteString.Of(text);
        var output = new List<byte>(source.Length * 3 / 4);
        var at = 0;
        while (true)
        {
            var quantum = 0;
            var count = 0;
            var padded = false;
            for (var j = 0; j < 4; j++)
            {
                while (at < source.Length && source[at] is '\n' or '\r')
                    at++;
                if (at == source.Length)
                {
                    if (j == 0)
                    {
                        bytes = [.. output];
                        return true;
                    }

                    return Fail(at - j, out bytes, out error);
                }

                var c = source[at++];
                var digit = Base64Digit(c);
                if (digit >= 0)
                {
                    quantum = (quantum << 6) | digit;
                    count++;
                    continue;
                }

                if (c != '=' || j < 2)
                    return Fail(at - 1, out bytes, out error);
                while (at < source.Length && source[at] is '\n' or '\r')
                    at++;
                if (j == 2)
                {
                    if (at == source.Length)
                        return Fail(source.Length, out bytes, out error);
                    if (source[at] != '=')
                        return Fail(at - 1, out bytes, out error);
                    at++;
                    while (at < source.Length && source[at] is '\n' or '\r')
                        at++;
                }

                if (at < source.Length)
                    return Fail(at, out bytes, out error);
                padded = true;
                break;
            }

            quantum <<= 6 * (4 - count);
            for (var k = 0; k < count - 1; k++)
                output.Add((byte)(quantum >> (16 - (8 * k))));
            if (padded)
            {
                bytes = [.. output];
                return true;
            }
        }

        static bool Fail(int position, out byte[] bytes, out string error)
        {
            bytes = [];
            error = string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {position}");
            return false;
        }
    }

    private static int Base64Digit(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };

    private static string EncodeBase32(byte[] bytes)
    {
        var builder = new StringBuilder((bytes.Length + 4) / 5 * 8);
        for (var i = 0; i < bytes.Length; i += 5)
        {
            ulong block = 0;
            var count = Math.Min(5, bytes.Length - i);
            for (var j = 0; j < 5; j++)
                block = (block << 8) | (j < count ? bytes[i + j] : 0UL);
            var digits = ((count * 8) + 4) / 5;
            for (var j = 0; j < 8; j++)
                builder.Append(j < digits ? Base32Alphabet[(int)(block >> (35 - (5 * j))) & 31] : '=');
        }

        return builder.ToString();
    }

    private static string DecodeBase32(string text)
    {
        var source = ByteString.Of(text).Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", string.Empty, StringComparison.Ordinal);
        var output = new List<byte>(source.Length * 5 / 8);
        var at = 0;
        while (at < source.Length)
        {
            ulong block = 0;
            var digits = 8;
            for (var j = 0; j < 8;)
            {
                if (at == source.Length)
                    return Fail(source.Length - at == 0 ? at - j : at);
                var c = source[at++];
                if (c == '=' && j >= 2 && source.Length - at < 8)
                {
                    if (source.Length - at + j < 8 - 1)
                        return Fail(source.Length);
                    for (var k = 0; k < 8 - 1 - j; k++)
                    {
                        if (at + k >= source.Length || source[at + k] != '=')
                            return Fail(at + k - 1);
                    }

                    if (j is 1 or 3 or 6)
                        return Fail(at - 1);
                    digits = j;
                    block <<= 5 * (8 - j);
                    at = source.Length;
                    break;
                }

                var digit = Base32Alphabet.IndexOf(c, StringComparison.Ordinal);
                if (digit < 0)
                    return Fail(at - 1);
                block = (block << 5) | (uint)digit;
                j++;
            }

            for (var k = 0; k < digits * 5 / 8; k++)
                output.Add((byte)(block >> (32 - (8 * k))));
        }

        return GoText.FromBytes(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(output));

        static string Fail(int position) => string.Create(CultureInfo.InvariantCulture, $"illegal base32 data at input byte {position}");
    }

    // The function's result is defined by SHA-1; nothing is protected by it here.
#pragma warning disable CA5350
    private static byte[] Sha1(byte[] bytes) => SHA1.HashData(bytes);
#pragma warning restore CA5350

    private static uint Adler32(byte[] bytes)
    {
        uint a = 1;
        uint b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }
}
