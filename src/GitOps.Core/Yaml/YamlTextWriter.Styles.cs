namespace GitOps.Yaml;

/// <content>Which style a scalar gets.</content>
internal sealed partial class YamlTextWriter
{
    private static bool IsSimpleKey(string key)
    {
        if (key.Length > MaxSimpleKeyLength)
        {
            return false;
        }

        var bytes = 0;
        foreach (var c in key)
        {
            if (IsBreak(c))
            {
                return false;
            }

            bytes += c < 0x80 ? 1 : c < 0x800 || char.IsSurrogate(c) ? 2 : 3;
        }

        return bytes <= MaxSimpleKeyLength;
    }

    private void WriteText(string text, ScalarStyle style, bool simpleKey)
    {
        var analysis = Analyze(text);
        style = Select(style, analysis, text, simpleKey, _flowLevel > 0);
        switch (style)
        {
            case ScalarStyle.Plain:
                WritePlainText(text, simpleKey);
                break;
            case ScalarStyle.SingleQuoted:
                WriteSingleQuoted(text, simpleKey);
                break;
            case ScalarStyle.DoubleQuoted:
                WriteDoubleQuoted(text, simpleKey);
                break;
            case ScalarStyle.Folded:
                WriteFolded(text);
                break;
            default:
                WriteLiteral(text);
                break;
        }
    }

    private bool IsPlainWord(string text) =>
        YamlResolver.Resolve(text, _v3 ? YamlSchema.Kustomize : YamlSchema.Kubernetes) == ScalarKind.String
        && !YamlResolver.IsBase60(text)
        && !(_v3 && YamlResolver.IsOldBoolean(text));

    private static ScalarStyle Select(ScalarStyle style, in Analysis analysis, string text, bool simpleKey, bool flow)
    {
        if (simpleKey && analysis.Multiline)
        {
            style = ScalarStyle.DoubleQuoted;
        }

        if (style == ScalarStyle.Plain && (!analysis.PlainAllowed || (flow && text.AsSpan().ContainsAny(s_flowSpecial)) || (text.Length == 0 && (simpleKey || flow))))
        {
            style = ScalarStyle.SingleQuoted;
        }

        if (style == ScalarStyle.SingleQuoted && !analysis.SingleQuotedAllowed)
        {
            style = ScalarStyle.DoubleQuoted;
        }

        return style is ScalarStyle.Literal or ScalarStyle.Folded && (!analysis.BlockAllowed || simpleKey || flow) ? ScalarStyle.DoubleQuoted : style;
    }

    private Analysis Analyze(string text)
    {
        if (text.Length == 0)
        {
            return new Analysis(false, true, true, false);
        }

        var indicators = text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal);
        var special = false;
        var tabs = false;
        var lineBreaks = false;
        var leadingSpace = false;
        var leadingBreak = false;
        var trailingSpace = false;
        var trailingBreak = false;
        var breakSpace = false;
        var spaceBreak = false;
        var previousSpace = false;
        var previousBreak = false;
        var precededByWhitespace = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var last = i == text.Length - 1;
            var followedByWhitespace = last || IsBlankOrBreak(text[i + 1]);
            if (i == 0)
            {
                indicators |= c switch
                {
                    '#' or ',' or '[' or ']' or '{' or '}' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => true,
                    '?' or ':' or '-' => followedByWhitespace,
                    _ => false,
                };
            }
            else if (c == ':')
            {
                indicators |= followedByWhitespace;
            }
            else if (c == '#')
            {
                indicators |= precededByWhitespace;
            }

            if (c == '\t' && _v3)
            {
                tabs = true;
            }
            else if (!IsPrintable(c) && !IsBreakThatPrints(c))
            {
                special = true;
            }

            if (c == ' ')
            {
                leadingSpace |= i == 0;
                trailingSpace |= last;
                breakSpace |= previousBreak;
                previousSpace = true;
                previousBreak = false;
            }
            else if (IsBreak(c))
            {
                lineBreaks = true;
                leadingBreak |= i == 0;
                trailingBreak |= last;
                spaceBreak |= previousSpace;
                previousSpace = false;
                previousBreak = true;
            }
            else
            {
                previousSpace = false;
                previousBreak = false;
            }

            precededByWhitespace = IsBlankOrBreak(c);
        }

        var plain = !(leadingSpace || leadingBreak || trailingSpace || trailingBreak || breakSpace || spaceBreak || special || tabs || lineBreaks || indicators);
        var single = !(breakSpace || spaceBreak || special || tabs);
        var block = !(trailingSpace || spaceBreak || special);
        return new Analysis(lineBreaks, plain, single, block);
    }

    private readonly record struct Analysis(bool Multiline, bool PlainAllowed, bool SingleQuotedAllowed, bool BlockAllowed);
}
