namespace GitOps.Helm.Releases;

/// <summary>Cuts rendered text into documents at <c>---</c>, with the separator rule of Helm 4.2.3: the text after the dashes belongs to the next document.</summary>
internal static class ManifestSplitter
{
    private const string Separator = "\n---";

    /// <summary>The documents that hold more than white space, without white space at their start.</summary>
    public static List<string> Split(string text)
    {
        var documents = new List<string>();
        var rest = text.AsSpan().TrimStart();
        if (rest.StartsWith(Separator.AsSpan(1), StringComparison.Ordinal))
        {
            rest = SkipBlank(rest[3..]);
        }

        while (true)
        {
            var at = rest.IndexOf(Separator, StringComparison.Ordinal);
            if (at < 0)
            {
                Add(documents, rest, text);
                return documents;
            }

            var end = at;
            while (end > 0 && IsBlank(rest[end - 1]))
            {
                end--;
            }

            Add(documents, rest[..end], text);
            rest = SkipBlank(rest[(at + Separator.Length)..]);
        }
    }

    private static void Add(List<string> documents, ReadOnlySpan<char> document, string whole)
    {
        document = document.TrimStart();
        if (!document.IsEmpty)
        {
            documents.Add(document.Length == whole.Length ? whole : document.ToString());
        }
    }

    private static ReadOnlySpan<char> SkipBlank(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && IsBlank(text[at]))
        {
            at++;
        }

        return text[at..];
    }

    // What \s means in Go's regular expressions.
    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\f' or '\r';
}
