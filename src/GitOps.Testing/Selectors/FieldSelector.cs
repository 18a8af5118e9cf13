namespace GitOps.Testing;

/// <summary>A field selector: <c>metadata.name=web,status.phase!=Running</c>.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Path, bool Equal, string Value)> _terms;

    private FieldSelector(List<(string, bool, string)> terms) => _terms = terms;

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEverything => _terms.Count == 0;

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text.</param>
    /// <param name="supports">Whether a field may be selected by.</param>
    /// <returns>The selector.</returns>
    /// <exception cref="FormatException">The text is no selector, or names a field that cannot be selected by.</exception>
    public static FieldSelector Parse(string? text, Func<string, bool> supports)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var terms = new List<(string, bool, string)>();
        foreach (var term in Split(text))
        {
            if (term.Length == 0)
            {
                continue;
            }

            var at = FindOperator(term, out var length, out var equal);
            if (at < 0)
            {
                throw new FormatException($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var path = term[..at];
            if (!supports(path))
            {
                throw new FormatException($"field label not supported: {path}");
            }

            terms.Add((path, equal, Unescape(term[(at + length)..])));
        }

        return new FieldSelector(terms);
    }

    /// <summary>The value that a field must have, when the selector says so.</summary>
    public string? Exact(string path) => _terms.FirstOrDefault(t => t.Equal && t.Path == path).Value;

    public bool Matches(MapNode root, Func<MapNode, string, string> read)
    {
        foreach (var (path, equal, value) in _terms)
        {
            if (string.Equals(read(root, path), value, StringComparison.Ordinal) != equal)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text of the scalar at a dotted path; empty when absent.</summary>
    public static string ReadPath(MapNode root, string path)
    {
        Node? node = root;
        foreach (var step in path.Split('.'))
        {
            node = (node as MapNode)?[step];
        }

        return node is ScalarNode { Kind: not ScalarKind.Null } scalar ? scalar.Text : "";
    }

    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static int FindOperator(string term, out int length, out bool equal)
    {
        for (var i = 0; i < term.Length; i++)
        {
            if (term[i] == '!' && i + 1 < term.Length && term[i + 1] == '=')
            {
                (length, equal) = (2, false);
                return i;
            }

            if (term[i] == '=')
            {
                (length, equal) = (i + 1 < term.Length && term[i + 1] == '=' ? 2 : 1, true);
                return i;
            }
        }

        (length, equal) = (0, true);
        return -1;
    }

    private static string Unescape(string value) => value.Contains('\\', StringComparison.Ordinal)
        ? value.Replace("\\,", ",", StringComparison.Ordinal).Replace("\\=", "=", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
        : value;
}
