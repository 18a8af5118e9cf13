using System.Text;

namespace GitOps.Limits;

/// <summary>Reads files and streams to their end, but not further than a limit.</summary>
internal static class BoundedRead
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read, or has more bytes than allowed.</exception>
    public static byte[] File(string path, int most)
    {
        using var stream = Open(path, FileOptions.None);
        return Stream(stream, path, most);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read, or has more bytes than allowed.</exception>
    public static async Task<byte[]> FileAsync(string path, int most, CancellationToken cancellationToken)
    {
        var stream = Open(path, FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            return await StreamAsync(stream, path, most, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a file of UTF-8 text, with or without a byte order mark.</summary>
    /// <exception cref="IOException">It cannot be read, or has more bytes than allowed.</exception>
    public static string Text(string path, int most) => Decode(File(path, most));

    /// <summary>Reads a file of UTF-8 text, with or without a byte order mark.</summary>
    /// <exception cref="IOException">It cannot be read, or has more bytes than allowed.</exception>
    public static async Task<string> TextAsync(string path, int most, CancellationToken cancellationToken) =>
        Decode(await FileAsync(path, most, cancellationToken).ConfigureAwait(false));

    /// <summary>Reads a stream to its end; it need not know its length.</summary>
    /// <exception cref="IOException">It has more bytes than allowed.</exception>
    public static byte[] Stream(Stream stream, string name, int most)
    {
        using var content = new MemoryStream();
        var buffer = new byte[BufferSize];
        while (stream.Read(buffer) is var read and > 0)
        {
            Add(content, buffer.AsSpan(0, read), name, most);
        }

        return content.ToArray();
    }

    /// <summary>Reads a stream to its end; it need not know its length.</summary>
    /// <exception cref="IOException">It has more bytes than allowed.</exception>
    public static async Task<byte[]> StreamAsync(Stream stream, string name, int most, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[BufferSize];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            Add(content, buffer.AsSpan(0, read), name, most);
        }

        return content.ToArray();
    }

    public static string Decode(ReadOnlySpan<byte> content) =>
        Encoding.UTF8.GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content);

    // A writer may have the file open: what is rotated is replaced or rewritten while we look.
    private static FileStream Open(string path, FileOptions options) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, options);

    private static void Add(MemoryStream content, ReadOnlySpan<byte> bytes, string name, int most)
    {
        if (content.Length + bytes.Length > most)
        {
            throw new IOException($"{name} has more than the {most} bytes that are read.");
        }

        content.Write(bytes);
    }
}
