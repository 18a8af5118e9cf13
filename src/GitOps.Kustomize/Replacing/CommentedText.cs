using GitOps.Yaml;

namespace GitOps.Kustomize.Replacing;

/// <summary>Puts the comments of a YAML text back into what was written of its changed document: each stays with the line of its field or item.</summary>
internal sealed class CommentedText
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kustomize };

    private readonly Node _document;
    private readonly string[] _original;
    private readonly HashSet<Node> _foreign;
    private readonly SortedDictionary<int, int> _lines = [];
    private readonly SortedSet<int> _added = [];
    private int _written;

    /// <param name="document">The document as it was read and then changed.</param>
    /// <param name="original">The text it was read from.</param>
    /// <param name="foreign">Nodes that come from elsewhere, whose lines are not those of the text.</param>
    public CommentedText(Node document, string original, HashSet<Node> foreign)
    {
        _document = document;
        _original = original.Split('\n');
        _foreign = foreign;
    }

    public string Restore(string written, List<YamlComment> comments)
    {
        if (YamlReader.ReadFirst(written, "", s_yaml) is not { } reread)
        {
            return written;
        }

        var lines = written.Split('\n');
        _written = lines.Length;
        Tie(_document, reread);
        var above = new List<string>?[lines.Length + 1];
        for (var i = 0; i < comments.Count;)
        {
            if (!comments[i].IsAlone)
            {
                if (_lines.TryGetValue(comments[i].Line, out var line))
                {
                    lines[line - 1] += $" {comments[i].Text}";
                }

                i++;
                continue;
            }

            var count = 1;
            while (i + count < comments.Count && comments[i + count].IsAlone && comments[i + count].Line == comments[i].Line + count && comments[i + count].Column == comments[i].Column)
            {
                count++;
            }

            Place(comments.GetRange(i, count), lines, above);
            i += count;
        }

        return string.Join('\n', lines.Select((line, i) => above[i] is { } block ? $"{string.Join('\n', block)}\n{line}" : line).Concat(above[^1] ?? []));
    }

    private void Place(List<YamlComment> block, string[] lines, List<string>?[] above)
    {
        var (first, last) = (block[0].Line, block[^1].Line);
        var (previous, next) = (_lines.Keys.LastOrDefault(l => l < first), _lines.Keys.FirstOrDefault(l => l > last));
        var added = IsBlank(first - 1) || previous == 0 || (next != 0 && block[0].Column <= Indent(_original[next - 1])) ? 0 : FirstAdded(_lines[previous], next == 0 ? int.MaxValue : _lines[next], block[0].Column, lines);
        var at = added > 0 ? added - 1 : next == 0 ? lines.Length : _lines[next] - 1;
        var indent = next != 0 && block[0].Column <= Indent(_original[next - 1]) ? Indent(lines[at]) : IndentBelow(first, block[0].Column, lines);
        var into = above[at] ??= [];
        if (next == 0 && (IsBlank(first - 1) || _document is ListNode))
        {
            into.Add("");
        }

        into.AddRange(block.Select(c => new string(' ', indent) + c.Text));
        if (added > 0 || (previous == 0 && IsBlank(last + 1)))
        {
            // What stands apart at the beginning is about the whole document; what ended it ends what stood before a new field.
            into.Add("");
        }
    }

    /// <summary>The line of the first field or item that is new between two lines, and no deeper than a comment; 0 for none.</summary>
    private int FirstAdded(int after, int before, int column, string[] lines) =>
        _added.FirstOrDefault(l => l > after && l < before && Indent(lines[l - 1]) <= column);

    /// <summary>The indentation of what a comment behind its lines belongs to: the last line that begins no further right.</summary>
    private int IndentBelow(int line, int column, string[] lines)
    {
        foreach (var (from, to) in _lines.Reverse())
        {
            var text = _original[from - 1];
            if (from < line && Indent(text) <= column)
            {
                return Indent(lines[to - 1]) + (Indent(text) < column && text.AsSpan().TrimStart().StartsWith("- ", StringComparison.Ordinal) ? 2 : 0);
            }
        }

        return 0;
    }

    private bool IsBlank(int line) => line >= 1 && line <= _original.Length && _original[line - 1].AsSpan().IsWhiteSpace();

    private static int Indent(string line) => line.Length - line.AsSpan().TrimStart(' ').Length;

    private void Tie(Node from, Node to)
    {
        if (_foreign.Contains(from))
        {
            return;
        }

        if (from is MapNode map && to is MapNode written)
        {
            for (var i = 0; i < map.Count; i++)
            {
                ref readonly var entry = ref map.EntryAt(i);
                if (written.IndexOf(entry.Key) is >= 0 and var at)
                {
                    if (entry.KeyLine == 0)
                    {
                        _added.Add(written.EntryAt(at).KeyLine);
                    }

                    Tie(entry.KeyLine, written.EntryAt(at).KeyLine);
                    Tie(entry.Value, written.EntryAt(at).Value);
                }
            }
        }
        else if (from is ListNode list && to is ListNode items)
        {
            for (var i = 0; i < Math.Min(list.Count, items.Count); i++)
            {
                Tie(list[i].Line, items[i].Line);
                Tie(list[i], items[i]);
            }
        }
    }

    private void Tie(int from, int to)
    {
        if (from > 0 && from <= _original.Length)
        {
            // An empty item at the end stands where the text ends.
            _lines.TryAdd(from, Math.Min(to, _written));
        }
    }
}
