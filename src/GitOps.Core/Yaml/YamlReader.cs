using System.Text;

namespace GitOps.Yaml;

/// <summary>Reads YAML, and JSON as a part of it, into object trees.</summary>
/// <remarks>
/// It accepts and refuses what go-yaml does, because that is what kubectl, Helm and kustomize read with: libyaml's grammar, YAML 1.1 scalars, anchors, aliases and merge keys.
/// Aliases are expanded into copies, within limits. Thread-safe.
/// </remarks>
public static class YamlReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads all documents of a text. An empty document is a null scalar; a text without any document gives an empty list.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The file's name for messages; empty when there is none.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    /// <returns>The documents, in order.</returns>
    /// <exception cref="YamlException">The text is not YAML, or goes over a limit.</exception>
    public static IReadOnlyList<Node> ReadAll(ReadOnlySpan<char> text, string file = "", YamlReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        options ??= YamlReaderOptions.Default;
        if (text.Length > options.MaxLength)
        {
            throw new YamlException(Reasons.LimitExceeded, $"the text has {text.Length} characters, more than the limit of {options.MaxLength}", new SourceLocation(file));
        }

        var pool = new StringPool();
        using var scanner = new YamlScanner(text, file, pool, 0, options.AllowJsonEscapes);
        var composer = new YamlComposer(scanner, options, pool);
        var documents = new List<Node>();
        while (composer.Next() is { } document)
        {
            documents.Add(document);
        }

        return documents;
    }

    /// <inheritdoc cref="ReadAll(ReadOnlySpan{char}, string, YamlReaderOptions?)"/>
    public static IReadOnlyList<Node> ReadAll(string text, string file = "", YamlReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ReadAll(text.AsSpan(), file, options);
    }

    /// <summary>Reads all documents of UTF-8 bytes (or UTF-16 ones that start with a byte order mark).</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="file">The file's name for messages; empty when there is none.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    /// <returns>The documents, in order.</returns>
    /// <exception cref="YamlException">The bytes are not YAML, or go over a limit.</exception>
    public static IReadOnlyList<Node> ReadAll(ReadOnlySpan<byte> utf8, string file = "", YamlReaderOptions? options = null)
    {
        options ??= YamlReaderOptions.Default;
        if (utf8.Length / 4 > options.MaxLength)
        {
            throw new YamlException(Reasons.LimitExceeded, $"the text has {utf8.Length} bytes, more than the limit of {options.MaxLength} characters", new SourceLocation(file));
        }

        return ReadAll(Decode(utf8, file), file, options);
    }

    /// <summary>Reads a text that holds one document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The file's name for messages; empty when there is none.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    /// <returns>The document; a null scalar when the text is empty.</returns>
    /// <exception cref="YamlException">The text is not YAML, holds several documents, or goes over a limit.</exception>
    public static Node Read(string text, string file = "", YamlReaderOptions? options = null) => Single(ReadAll(text, file, options), file);

    /// <summary>Reads bytes that hold one document.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="file">The file's name for messages; empty when there is none.</param>
    /// <param name="options">How to read; <see langword="null"/> for the defaults.</param>
    /// <returns>The document; a null scalar when there is none.</returns>
    /// <exception cref="YamlException">The bytes are not YAML, hold several documents, or go over a limit.</exception>
    public static Node Read(ReadOnlySpan<byte> utf8, string file = "", YamlReaderOptions? options = null) => Single(ReadAll(utf8, file, options), file);

    /// <summary>Reads the first document and looks at nothing behind it, as go-yaml's Unmarshal does.</summary>
    /// <returns>The document; null when the text has none.</returns>
    internal static Node? ReadFirst(ReadOnlySpan<char> text, string file, YamlReaderOptions options, StringPool? pool = null, int linesBefore = 0, YamlForm? form = null)
    {
        if (text.Length > options.MaxLength)
        {
            throw new YamlException(Reasons.LimitExceeded, $"the text has {text.Length} characters, more than the limit of {options.MaxLength}", new SourceLocation(file));
        }

        pool ??= new StringPool();
        using var scanner = new YamlScanner(text, file, pool, linesBefore, options.AllowJsonEscapes) { Comments = form?.Comments };
        return new YamlComposer(scanner, options, pool, form).Next();
    }

    /// <summary>Decodes the bytes of a YAML text; a mark at the beginning stays for the scanner.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length >= 2 && (bytes[0], bytes[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
        {
            return (bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(bytes[2..]);
        }

        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var line = bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n') + 1;
            throw new YamlException(Reasons.BuildFailed, "the bytes are not UTF-8", new SourceLocation(file, line), e);
        }
    }

    private static Node Single(IReadOnlyList<Node> documents, string file) => documents.Count switch
    {
        0 => new ScalarNode(ScalarKind.Null, ""),
        1 => documents[0],
        _ => throw new YamlException(Reasons.BuildFailed, "expected one document, found several", new SourceLocation(file, documents[1].Line, documents[1].Column)),
    };
}
