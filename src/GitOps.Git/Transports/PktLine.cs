using System.Globalization;
using System.Text;

namespace GitOps.Git;

/// <summary>Git's framing: four hex digits of length, then the payload; <c>0000</c> ends a section.</summary>
internal static class PktLine
{
    public static ReadOnlyMemory<byte> Flush { get; } = "0000"u8.ToArray();

    public static byte[] Encode(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        return [.. Encoding.ASCII.GetBytes((bytes.Length + 4).ToString("x4", CultureInfo.InvariantCulture)), .. bytes];
    }

    /// <summary>Reads one frame.</summary>
    /// <returns>The payload, or null for a flush.</returns>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    /// <exception cref="EndOfStreamException">The stream ended.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Func<Memory<byte>, Task> readExactly)
    {
        var header = new byte[4];
        await readExactly(header).ConfigureAwait(false);
        if (!int.TryParse(Encoding.ASCII.GetString(header), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length is 1 or 2 or 3 or > 65520)
        {
            throw new InvalidDataException("the answer is not Git's protocol");
        }

        if (length == 0)
        {
            return null;
        }

        var payload = new byte[length - 4];
        await readExactly(payload).ConfigureAwait(false);
        return payload;
    }
}
