using System.Buffers;
using System.Text;

namespace GitOps.Git;

/// <summary>Reads the references that a server advertises at the start of a conversation.</summary>
internal static class ReferenceAdvertisementReader
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const int IdLength = 40;
    private const int Sha256IdLength = 64;
    private const int MaxHeaderFrames = 16;

    /// <summary>What one reference may take on average; names may be longer than that, but not all of them.</summary>
    private const int AverageLength = 400;

    /// <summary>Reads until the flush that ends the advertisement.</summary>
    /// <param name="readExactly">Reads bytes from the server.</param>
    /// <param name="address">Whom from, for messages.</param>
    /// <param name="maxReferences">How many references are accepted.</param>
    /// <param name="hasServiceHeader">Whether the answer starts with HTTP's service header.</param>
    public static async Task<RefAdvertisement> ReadAsync(Func<Memory<byte>, Task> readExactly, GitAddress address, int maxReferences, bool hasServiceHeader)
    {
        var references = new Dictionary<string, AdvertisedRef>(StringComparer.Ordinal);
        string? head = null;
        var isFirst = true;
        var left = 64 * 1024L + ((long)maxReferences * AverageLength);
        try
        {
            for (var frames = 0; hasServiceHeader && await PktLine.ReadAsync(readExactly).ConfigureAwait(false) is not null; frames++)
            {
                if (frames == MaxHeaderFrames)
                {
                    throw new InvalidDataException("the answer is not Git's protocol");
                }
            }

            while (await PktLine.ReadAsync(readExactly).ConfigureAwait(false) is { } frame)
            {
                // The count alone does not bound what names that are long, or come again and again, take.
                left -= frame.Length + 4;
                if (left < 0)
                {
                    throw TooMany(address, maxReferences);
                }

                var line = Encoding.UTF8.GetString(frame.Span).TrimEnd('\n');
                if (line.StartsWith("ERR ", StringComparison.Ordinal))
                {
                    throw new GitOpsException(Reasons.FetchFailed, $"{address.Display}: the server says: {Printable(line[4..])}");
                }

                if (isFirst)
                {
                    if (line.StartsWith("version 1", StringComparison.Ordinal))
                    {
                        continue;
                    }

                    isFirst = false;
                    var nul = line.IndexOf('\0', StringComparison.Ordinal);
                    if (nul >= 0)
                    {
                        head = HeadTarget(line[(nul + 1)..]);
                        line = line[..nul];
                    }
                }

                Add(references, line, address);
                if (references.Count > maxReferences)
                {
                    throw TooMany(address, maxReferences);
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{address.Display}: {exception.Message}. Is this the URL of a Git repository?", exception);
        }
        catch (EndOfStreamException exception)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{address.Display}: the server ended the connection in the middle of its list of references.", exception);
        }

        return new RefAdvertisement(references, head);
    }

    public static GitOpsException TooMany(GitAddress address, int maxReferences) =>
        new(Reasons.LimitExceeded, $"{address.Display}: the server advertises more references than the limit of {maxReferences} (References).");

    /// <summary>Text of a server, fit for a message: one line, no control characters, not endless.</summary>
    public static string Printable(string text)
    {
        var printable = new StringBuilder();
        foreach (var c in text.Trim())
        {
            if (printable.Length >= 500)
            {
                printable.Append("...");
                break;
            }

            printable.Append(char.IsControl(c) ? ' ' : c);
        }

        return printable.ToString();
    }

    private static void Add(Dictionary<string, AdvertisedRef> references, string line, GitAddress address)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space == Sha256IdLength)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{address.Display}: the repository uses SHA-256 object names, which are not supported.");
        }

        if (space != IdLength || !line.AsSpan(0, IdLength).ContainsOnlyHex())
        {
            if (line.StartsWith("shallow ", StringComparison.Ordinal))
            {
                return;
            }

            throw new InvalidDataException("the list of references cannot be read");
        }

        var id = line[..IdLength];
        var name = line[(IdLength + 1)..];
        if (name == "capabilities^{}")
        {
            return;
        }

        if (name.EndsWith("^{}", StringComparison.Ordinal))
        {
            var tag = name[..^3];
            if (references.TryGetValue(tag, out var reference))
            {
                references[tag] = reference with { PeeledId = id };
            }

            return;
        }

        references[name] = new AdvertisedRef(name, id, null);
    }

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> text) => !text.ContainsAnyExcept(HexDigits);

    private static string? HeadTarget(string capabilities)
    {
        const string Key = "symref=HEAD:";
        foreach (var capability in capabilities.Split(' '))
        {
            if (capability.StartsWith(Key, StringComparison.Ordinal))
            {
                return capability[Key.Length..];
            }
        }

        return null;
    }
}
