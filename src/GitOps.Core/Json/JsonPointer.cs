namespace GitOps.Json;

/// <summary>An RFC 6901 JSON pointer: <c>/spec/template/metadata/annotations/example.com~1x</c>.</summary>
internal readonly struct JsonPointer
{
    private JsonPointer(string[] tokens) => Tokens = tokens;

    /// <summary>The unescaped tokens; empty for the whole document.</summary>
    public string[] Tokens { get; }

    /// <summary>Reads a pointer.</summary>
    /// <param name="text">The text: empty, or starting with a slash.</param>
    /// <returns>The pointer.</returns>
    /// <exception cref="FormatException">The text does not start with a slash.</exception>
    public static JsonPointer Parse(string text) =>
        TryParse(text, out var pointer) ? pointer : throw new FormatException($"'{text}' is not a JSON pointer: it has to be empty or start with '/'.");

    /// <summary>Reads a pointer.</summary>
    /// <param name="text">The text: empty, or starting with a slash.</param>
    /// <param name="pointer">The pointer.</param>
    /// <returns><see langword="false"/> when the text is no pointer.</returns>
    public static bool TryParse(string text, out JsonPointer pointer)
    {
        pointer = new JsonPointer([]);
        if (text.Length == 0)
        {
            return true;
        }

        if (text[0] != '/')
        {
            return false;
        }

        var tokens = text[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = Unescape(tokens[i]);
        }

        pointer = new JsonPointer(tokens);
        return true;
    }

    /// <summary>Escapes one token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The token with <c>~</c> and <c>/</c> escaped.</returns>
    public static string Escape(string token) =>
        token.AsSpan().ContainsAny('~', '/') ? token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : token;

    /// <summary>Finds what the pointer points at.</summary>
    /// <param name="root">The document.</param>
    /// <returns>The node, or <see langword="null"/> when there is none.</returns>
    public Node? Find(Node root)
    {
        Node? node = root;
        foreach (var token in Tokens)
        {
            node = node switch
            {
                MapNode map => map[token],
                ListNode list when TryIndex(token, list.Count, out var index) => list[index],
                _ => null,
            };
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Tokens.Select(t => "/" + Escape(t)));

    private static string Unescape(string token) =>
        token.Contains('~', StringComparison.Ordinal)
            ? token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
            : token;

    private static bool TryIndex(string token, int count, out int index) =>
        int.TryParse(token, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out index) && index < count;
}
