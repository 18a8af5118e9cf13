namespace GitOps.Yaml;

/// <content>Writing a text again as it was written: styles, keys, anchors, tags and comments in braces.</content>
internal sealed partial class YamlTextWriter
{
    /// <summary>Writes an alias in place of its node, or the anchor and the tag before it.</summary>
    /// <returns>Whether an alias stands for the node.</returns>
    private bool WriteProperties(Node node)
    {
        if (_form!.AliasOf(node) is { } alias)
        {
            WriteWord('*', alias);
            return true;
        }

        if (_form.AnchorOf(node) is { } anchor)
        {
            WriteWord('&', anchor);
        }

        if ((_form.TagOf(node) ?? ImpliedTag(node)) is { } tag and not "!")
        {
            WriteWord('!', tag[0] == '!' ? tag[1..] : $"<{tag}>");
        }

        return false;
    }

    /// <summary>The tag of a scalar that its text alone would not give it; text in quotes needs none.</summary>
    private static string? ImpliedTag(Node node) =>
        node is not ScalarNode { Kind: not ScalarKind.String } scalar || YamlResolver.Resolve(scalar.Text, YamlSchema.Kustomize) == scalar.Kind ? null : scalar.Kind switch
        {
            ScalarKind.Null => "!!null",
            ScalarKind.Boolean => "!!bool",
            ScalarKind.Integer => "!!int",
            ScalarKind.Float => "!!float",
            ScalarKind.Timestamp => "!!timestamp",
            _ => "!!binary",
        };

    private void WriteWord(char indicator, string text)
    {
        WriteIndicator(indicator, needWhitespace: true, isWhitespace: false, isIndention: false);
        PutAscii(text);
        _whitespace = false;
        _indention = false;
    }

    private void WriteKey(MapNode map, in MapEntry entry)
    {
        if (_form is null)
        {
            WriteString(entry.Key, simpleKey: true);
            return;
        }

        var key = _form.KeyOf(map, entry.Key) ?? new ScalarNode(entry.KeyKind, entry.Key);
        if (key is { Text: "<<", Style: ScalarStyle.Plain })
        {
            WriteWord('!', "!merge");
        }

        if (!WriteProperties(key))
        {
            WriteInStyle(key, simpleKey: true);
        }
    }

    private void WriteInStyle(ScalarNode scalar, bool simpleKey)
    {
        var text = scalar.Text;
        var style = scalar.Style;
        if ((style == ScalarStyle.Folded && _form is null) || (style == ScalarStyle.Plain && text.Contains('\n', StringComparison.Ordinal)))
        {
            style = ScalarStyle.Literal;
        }
        else if (style == ScalarStyle.Plain && scalar.Kind == ScalarKind.String && _form?.TagOf(scalar) is null && YamlResolver.Resolve(text, YamlSchema.Kustomize) != ScalarKind.String)
        {
            style = ScalarStyle.DoubleQuoted;
        }

        WriteText(text, style, simpleKey);
    }

    /// <summary>A comment behind an item in braces: what follows goes to the next line.</summary>
    private void WriteCommentInFlow(Node node, int next)
    {
        if (_form is null)
        {
            return;
        }

        var (line, nextLine) = node is MapNode map ? (map.EntryAt(next - 1).Value.Line, map.EntryAt(next).KeyLine) : (((ListNode)node)[next - 1].Line, ((ListNode)node)[next].Line);
        if (line > 0 && _form.TakeCommentBetween(line, nextLine) is { } comment)
        {
            Put(' ');
            WriteRaw(comment);
            _column += comment.Length;
            _indention = false;
            WriteIndent();
        }
    }

    private void WriteFolded(string text)
    {
        var indent = IncreaseForScalar();
        WriteIndicator('>', needWhitespace: true, isWhitespace: false, isIndention: false);
        WriteBlockHints(text);
        PutBreak();
        _indention = true;
        _whitespace = true;
        var (breaks, leading) = (true, true);

        // go-yaml asks whether the text itself begins with a blank line, not the line that follows.
        var start = 0;
        while (start < text.Length && IsBreak(text[start]))
        {
            start++;
        }

        var folds = start < text.Length && text[start] is not (' ' or '\t');
        foreach (var c in text)
        {
            if (IsBreak(c))
            {
                if (!breaks && !leading && c == '\n' && folds)
                {
                    PutBreak();
                }

                WriteBreak(c);
                _indention = true;
                breaks = true;
                continue;
            }

            if (breaks)
            {
                WriteIndent();
                leading = c is ' ' or '\t';
            }

            Put(c);
            _indention = false;
            breaks = false;
        }

        _indent = indent;
    }
}
