namespace GitOps.Helm.Functions;

/// <content>Character classes.</content>
internal sealed partial class Re2Translator
{
    // \d \s \w \p and their negations.
    private bool TryClassEscape(RuneSet set)
    {
        var c = at + 1 < source.Length ? source[at + 1] : '\0';
        var inner = new RuneSet();
        switch (char.ToLowerInvariant(c))
        {
            case 'd':
                inner.Add('0', '9');
                break;
            case 's':
                inner.AddAll(['\t', '\n', '\f', '\r', ' ', ' ']);
                break;
            case 'w':
                inner.AddAll(['0', '9', 'A', 'Z', '_', '_', 'a', 'z']);
                break;
            case 'p':
                UnicodeClass(inner);
                set.Add(inner);
                return true;
            default:
                return false;
        }

        if (ignoreCase)
            inner.FoldCase();
        if (char.IsAsciiLetterUpper(c))
            inner.Negate();
        at += 2;
        set.Add(inner);
        return true;
    }

    private void UnicodeClass(RuneSet set)
    {
        var start = at;
        var negated = source[at + 1] == 'P';
        at += 2;
        string name;
        if (at < source.Length && source[at] == '{')
        {
            var close = source.IndexOf('}', at);
            if (close < 0)
                throw Fail("invalid character class range", source[start..]);
            name = source[(at + 1)..close];
            at = close + 1;
        }
        else
        {
            name = at < source.Length ? source[at].ToString() : string.Empty;
            at = Math.Min(at + 1, source.Length);
        }

        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        if (!set.TryAddNamed(name))
            throw Fail("invalid character class range", source[start..at]);
        if (ignoreCase)
            set.FoldCase();
        if (negated)
            set.Negate();
    }

    private void Class()
    {
        var start = at;
        at++;
        var negated = at < source.Length && source[at] == '^';
        if (negated)
            at++;
        var set = new RuneSet();
        var first = true;
        while (true)
        {
            if (at >= source.Length)
                throw Fail("missing closing ]", source[start..]);
            if (source[at] == ']' && !first)
                break;
            first = false;
            if (source.AsSpan(at).StartsWith("[:", StringComparison.Ordinal) && source.IndexOf(":]", at + 2, StringComparison.Ordinal) is var close && close >= 0)
            {
                Posix(set, source[at..(close + 2)]);
                at = close + 2;
                continue;
            }

            if (source[at] == '\\' && TryClassEscape(set))
                continue;
            var rangeStart = at;
            var low = ClassRune(start);
            var high = low;
            if (at + 1 < source.Length && source[at] == '-' && source[at + 1] != ']')
            {
                at++;
                high = ClassRune(start);
                if (high < low)
                    throw Fail("invalid character class range", source[rangeStart..at]);
            }

            set.Add(low, high);
        }

        at++;
        if (ignoreCase)
            set.FoldCase();
        if (negated)
            set.Negate();
        Emit(set);
    }

    private int ClassRune(int classStart)
    {
        if (at >= source.Length)
            throw Fail("missing closing ]", source[classStart..]);
        if (source[at] != '\\')
            return ReadRune();
        if (at + 1 >= source.Length)
            throw Fail("trailing backslash at end of expression", string.Empty);
        return EscapedRune();
    }

    private void Posix(RuneSet set, string text)
    {
        var negated = text[2] == '^';
        var inner = new RuneSet();
        switch (text[(negated ? 3 : 2)..^2])
        {
            case "alnum": inner.AddAll(['0', '9', 'A', 'Z', 'a', 'z']); break;
            case "alpha": inner.AddAll(['A', 'Z', 'a', 'z']); break;
            case "ascii": inner.Add(0, 0x7F); break;
            case "blank": inner.AddAll(['\t', '\t', ' ', ' ']); break;
            case "cntrl": inner.AddAll([0, 0x1F, 0x7F, 0x7F]); break;
            case "digit": inner.Add('0', '9'); break;
            case "graph": inner.Add('!', '~'); break;
            case "lower": inner.Add('a', 'z'); break;
            case "print": inner.Add(' ', '~'); break;
            case "punct": inner.AddAll(['!', '/', ':', '@', '[', '`', '{', '~']); break;
            case "space": inner.AddAll(['\t', '\r', ' ', ' ']); break;
            case "upper": inner.Add('A', 'Z'); break;
            case "word": inner.AddAll(['0', '9', 'A', 'Z', 'a', 'z', '_', '_']); break;
            case "xdigit": inner.AddAll(['0', '9', 'A', 'F', 'a', 'f']); break;
            default: throw Fail("invalid character class range", text);
        }

        if (ignoreCase)
            inner.FoldCase();
        if (negated)
            inner.Negate();
        set.Add(inner);
    }
}
