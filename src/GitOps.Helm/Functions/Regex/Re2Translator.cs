using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>
/// Translates RE2 syntax into a .NET pattern with the same meaning, or refuses it with Go's message.
/// Both engines prefer the leftmost match and, within it, the first alternative.
/// </summary>
internal sealed partial class Re2Translator
{
    private const int MaxNesting = 1000;
    private const int MaxRepeat = 1000;
    private readonly string source;
    private readonly bool withPairs;
    private readonly StringBuilder output = new();
    private readonly List<string> names = [string.Empty];
    private int at;
    private int depth;
    private bool ignoreCase;
    private bool multiLine;
    private bool dotAll;
    private bool ungreedy;

    private Re2Translator(string source, bool withPairs)
    {
        this.source = source;
        this.withPairs = withPairs;
    }

    /// <summary>Translates a pattern.</summary>
    /// <param name="pattern">The RE2 pattern.</param>
    /// <param name="withPairs">Whether the input may hold surrogate pairs.</param>
    /// <param name="groups">The names of the groups by number; empty for unnamed ones.</param>
    /// <returns>The .NET pattern; groups are numbered as in RE2.</returns>
    /// <exception cref="FunctionException">The pattern is not RE2.</exception>
    public static string Translate(string pattern, bool withPairs, out List<string> groups)
    {
        var translator = new Re2Translator(pattern, withPairs);
        translator.Alternatives();
        if (translator.at < pattern.Length)
            throw Fail("unexpected )", pattern);
        groups = translator.names;
        return translator.output.ToString();
    }

    private static FunctionException Fail(string problem, string at) => new("error parsing regexp: " + problem + ": `" + at + "`");

    private void Alternatives()
    {
        if (++depth > MaxNesting)
            throw Fail("expression nests too deeply", source);
        while (true)
        {
            Concatenation();
            if (at >= source.Length || source[at] != '|')
                break;
            at++;
            output.Append('|');
        }

        depth--;
    }

    private void Concatenation()
    {
        var itemStart = -1;
        var sourceStart = at;
        var repeated = string.Empty;
        while (at < source.Length && source[at] is not '|' and not ')')
        {
            var c = source[at];
            if (c is '*' or '+' or '?' || (c == '{' && TryRepeat(out _, out _, out _)))
            {
                var operatorStart = at;
                string quantifier;
                if (c == '{')
                {
                    TryRepeat(out var least, out var most, out var end);
                    if (least > MaxRepeat || most > MaxRepeat || (most >= 0 && least > most))
                        throw Fail("invalid repeat count", source[at..end]);
                    quantifier = most < 0 ? string.Create(CultureInfo.InvariantCulture, $"{{{least},}}")
                        : string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}");
                    at = end;
                }
                else
                {
                    quantifier = c.ToString();
                    at++;
                }

                var lazy = at < source.Length && source[at] == '?';
                if (lazy)
                    at++;
                if (itemStart < 0)
                    throw Fail("missing argument to repetition operator", source[operatorStart..at]);
                if (repeated.Length > 0)
                    throw Fail("invalid nested repetition operator", repeated + source[operatorStart..at]);
                repeated = source[operatorStart..at];
                output.Insert(itemStart, "(?:").Append(')').Append(quantifier);
                if (lazy != ungreedy)
                    output.Append('?');
                continue;
            }

            repeated = string.Empty;
            var before = output.Length;
            sourceStart = at;
            if (Item())
                itemStart = before;
            else if (itemStart >= 0)
                itemStart = -1;
        }

        _ = sourceStart;
    }

    // Writes one item; false for a flag group, which cannot be repeated.
    private bool Item()
    {
        var c = source[at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                Class();
                return true;
            case '.':
                at++;
                var any = new RuneSet();
                any.Add(0, 0x10FFFF);
                if (!dotAll)
                    any.Remove('\n');
                Emit(any);
                return true;
            case '^':
                at++;
                output.Append(multiLine ? "(?m:^)" : "\\A");
                return true;
            case '$':
                at++;
                output.Append(multiLine ? "(?m:$)" : "\\z");
                return true;
            case '\\':
                Escape();
                return true;
            default:
                Literal(ReadRune());
                return true;
        }
    }

    private int ReadRune()
    {
        var rune = GoText.RuneAt(source, at);
        at += GoText.RuneWidth(source, at);
        return rune;
    }

    private void Literal(int rune)
    {
        var set = new RuneSet();
        set.Add(rune, rune);
        if (ignoreCase)
            set.FoldCase();
        Emit(set);
    }

    private void Emit(RuneSet set) => output.Append(set.ToPattern(withPairs));

    private bool TryRepeat(out int least, out int most, out int end)
    {
        least = 0;
        most = -1;
        end = at + 1;
        if (!Count(ref end, out least))
            return false;
        if (end < source.Length && source[end] == ',')
        {
            end++;
            if (end < source.Length && source[end] == '}')
            {
                end++;
                return true;
            }

            if (!Count(ref end, out most))
                return false;
        }
        else
        {
            most = least;
        }

        if (end >= source.Length || source[end] != '}')
            return false;
        end++;
        return true;

        bool Count(ref int position, out int count)
        {
            var start = position;
            count = 0;
            while (position < source.Length && char.IsAsciiDigit(source[position]))
            {
                count = Math.Min((count * 10) + (source[position] - '0'), 100_000);
                position++;
            }

            return position > start && (source[start] != '0' || position == start + 1);
        }
    }

    private bool Group()
    {
        var start = at;
        if (at + 1 < source.Length && source[at + 1] == '?')
            return Special(start);
        at++;
        names.Add(string.Empty);
        output.Append('(');
        Body(start);
        return true;
    }

    private void Body(int start)
    {
        var (savedCase, savedLine, savedDot, savedGreed) = (ignoreCase, multiLine, dotAll, ungreedy);
        Alternatives();
        if (at >= source.Length)
            throw Fail("missing closing )", source);
        _ = start;
        at++;
        output.Append(')');
        (ignoreCase, multiLine, dotAll, ungreedy) = (savedCase, savedLine, savedDot, savedGreed);
    }

    private bool Special(int start)
    {
        var rest = source.AsSpan(at);
        if (rest.StartsWith("(?P<", StringComparison.Ordinal) || (rest.StartsWith("(?<", StringComparison.Ordinal) && !rest.StartsWith("(?<=", StringComparison.Ordinal) && !rest.StartsWith("(?<!", StringComparison.Ordinal)))
        {
            var open = source.IndexOf('<', at) + 1;
            var close = source.IndexOf('>', open);
            if (close < 0)
                throw Fail("invalid named capture", source[start..]);
            var name = source[open..close];
            if (name.Length == 0 || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
                throw Fail("invalid named capture", source[start..(close + 1)]);
            if (names.Contains(name))
                throw Fail("duplicate capture group name", name);
            names.Add(name);
            at = close + 1;

            // Unnamed for .NET, which would number named groups last.
            output.Append('(');
            Body(start);
            return true;
        }

        at += 2;
        var sign = true;
        var seen = false;
        var flags = (Case: ignoreCase, Line: multiLine, Dot: dotAll, Greed: ungreedy);
        while (at < source.Length)
        {
            var c = source[at++];
            switch (c)
            {
                case 'i': flags.Case = sign; seen = true; continue;
                case 'm': flags.Line = sign; seen = true; continue;
                case 's': flags.Dot = sign; seen = true; continue;
                case 'U': flags.Greed = sign; seen = true; continue;
                case '-' when sign:
                    sign = false;
                    seen = false;
                    continue;
                case ':' when sign || seen:
                    var saved = (ignoreCase, multiLine, dotAll, ungreedy);
                    (ignoreCase, multiLine, dotAll, ungreedy) = flags;
                    output.Append("(?:");
                    Alternatives();
                    if (at >= source.Length)
                        throw Fail("missing closing )", source);
                    at++;
                    output.Append(')');
                    (ignoreCase, multiLine, dotAll, ungreedy) = saved;
                    return true;
                case ')' when sign || seen:
                    (ignoreCase, multiLine, dotAll, ungreedy) = flags;
                    return false;
            }

            throw Fail("invalid or unsupported Perl syntax", source[start..at]);
        }

        throw Fail("missing closing )", source);
    }

    private void Escape()
    {
        if (at + 1 >= source.Length)
            throw Fail("trailing backslash at end of expression", string.Empty);
        switch (source[at + 1])
        {
            case 'A':
                at += 2;
                output.Append("\\A");
                return;
            case 'z':
                at += 2;
                output.Append("\\z");
                return;
            case 'b':
                at += 2;
                output.Append("(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))");
                return;
            case 'B':
                at += 2;
                output.Append("(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))");
                return;
            case 'C':
                throw Fail("invalid escape sequence", "\\C");
            case 'Q':
                var end = source.IndexOf("\\E", at + 2, StringComparison.Ordinal);
                var stop = end < 0 ? source.Length : end;
                at += 2;
                while (at < stop)
                    Literal(ReadRune());
                at = end < 0 ? source.Length : end + 2;
                return;
        }

        var set = new RuneSet();
        if (TryClassEscape(set))
        {
            Emit(set);
            return;
        }

        Literal(EscapedRune());
    }

    private int EscapedRune()
    {
        var start = at;
        at++;
        var c = source[at];
        switch (c)
        {
            case >= '1' and <= '7' when at + 1 >= source.Length || source[at + 1] is < '0' or > '7':
                throw Fail("invalid escape sequence", source[start..(at + 1)]);
            case >= '0' and <= '7':
                var value = 0;
                for (var i = 0; i < 3 && at < source.Length && source[at] is >= '0' and <= '7'; i++)
                    value = (value * 8) + (source[at++] - '0');
                return value;
            case 'x':
                return HexRune(start);
            case 'a': at++; return '\a';
            case 'f': at++; return '\f';
            case 'n': at++; return '\n';
            case 'r': at++; return '\r';
            case 't': at++; return '\t';
            case 'v': at++; return '\v';
        }

        if (c < 0x80 && !char.IsAsciiLetterOrDigit(c))
        {
            at++;
            return c;
        }

        throw Fail("invalid escape sequence", source.Substring(start, 1 + GoText.RuneWidth(source, at)));
    }

    private int HexRune(int start)
    {
        at++;
        if (at < source.Length && source[at] == '{')
        {
            var close = source.IndexOf('}', at);
            if (close < 0 || close - at is < 2 or > 8 || !int.TryParse(source.AsSpan(at + 1, close - at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var wide) || wide is < 0 or > 0x10FFFF)
                throw Fail("invalid escape sequence", close < 0 ? source[start..] : source[start..(close + 1)]);
            at = close + 1;
            return wide;
        }

        if (at + 2 > source.Length || !int.TryParse(source.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            throw Fail("invalid escape sequence", source[start..Math.Min(source.Length, at + 2)]);
        at += 2;
        return value;
    }
}
