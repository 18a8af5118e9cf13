using System.Text;
using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>
/// What becomes of a folded scalar (<c>&gt;</c>) that kustomize writes and reads again on its way out: lines that are indented more than the rest
/// gain empty lines before them.
/// </summary>
internal static class FoldedScalar
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kustomize };

    public static string Survive(string text)
    {
        if (text.Length == 0 || !IsBlock(text))
        {
            return text;
        }

        var written = new StringBuilder(text.Length + 64).Append("- >");
        if (text[0] is ' ' or '\n')
        {
            written.Append('2');
        }

        if (text[^1] != '\n')
        {
            written.Append('-');
        }
        else if (text.Length == 1 || text[^2] == '\n')
        {
            written.Append('+');
        }

        written.Append('\n');
        var startsBlank = text.AsSpan().TrimStart('\n') is not [] and var body && body[0] is ' ' or '\t';
        var breaks = true;
        var leadingSpaces = true;
        foreach (var c in text)
        {
            if (c == '\n')
            {
                // The writer means to look at what follows the break but looks at the start of the text.
                if (!breaks && !leadingSpaces && !startsBlank)
                {
                    written.Append('\n');
                }

                written.Append('\n');
                breaks = true;
                continue;
            }

            if (breaks)
            {
                written.Append("  ");
                leadingSpaces = c is ' ' or '\t';
            }

            written.Append(c);
            breaks = false;
        }

        written.Append('\n');
        return YamlReader.ReadFirst(written.ToString(), "", s_yaml) is ListNode { Count: 1 } list && list[0] is ScalarNode scalar ? scalar.Text : text;
    }

    /// <summary>Whether the writer would use a block scalar at all.</summary>
    private static bool IsBlock(string text)
    {
        if (text[^1] == ' ' || text.Contains(" \n", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!(c is '\n' or '\t' or (>= ' ' and <= '~') or (>= '\xa0' and < '\ud800') or (>= '\ue000' and < '\ufffe' and not '\ufeff')))
            {
                return false;
            }
        }

        return true;
    }
}
