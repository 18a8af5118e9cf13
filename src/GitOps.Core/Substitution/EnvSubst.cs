using System.Buffers;
using System.Globalization;
using System.Text;

namespace GitOps.Substitution;

/// <summary>Expands <c>${name}</c> and the bash functions that Flux knows in a text.</summary>
internal sealed class EnvSubst
{
    private const int MaxDepth = 64;
    private const int MaxLength = 64 * 1024 * 1024;
    private const int MaxTrimLength = 16 * 1024;

    private readonly string _text;
    private readonly Func<string, string?> _lookup;
    private readonly bool _strict;
    private int _at;

    private EnvSubst(string text, Func<string, string?> lookup, bool strict)
    {
        _text = text;
        _lookup = lookup;
        _strict = strict;
    }

    private delegate bool Accept(char c, int place);

    /// <summary>Expands a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lookup">The value of a name; null when it has none.</param>
    /// <param name="strict">Whether a name without value and default is an error.</param>
    /// <exception cref="GitOpsException">The text has a bad substitution, or a name has no value.</exception>
    public static string Expand(string text, Func<string, string?> lookup, bool strict) =>
        text.Contains('$', StringComparison.Ordinal) ? new EnvSubst(text, lookup, strict).ExpandAll() : text;

    private char Peek => _at < _text.Length ? _text[_at] : '\0';

    private string ExpandAll()
    {
        var result = new StringBuilder(_text.Length + 64);
        while (_at < _text.Length)
        {
            if (AtOpening())
            {
                _at += 2;
                result.Append(Function(0));
            }
            else
            {
                var c = _text[_at++];
                if (c == '$' && Peek == '$')
                {
                    _at++;
                }

                result.Append(c);
            }

            if (result.Length > MaxLength)
            {
                throw new GitOpsException(Reasons.LimitExceeded, $"substitution makes a text of more than {MaxLength} characters");
            }
        }

        var expanded = result.ToString();
        return Utf8Pieces.TryComplete(ref expanded) ? expanded : throw new GitOpsException(Reasons.BuildFailed, "bad substitution: a position cuts a character of several bytes in two");
    }

    private bool AtOpening() => _at + 1 < _text.Length && _text[_at] == '$' && _text[_at + 1] == '{';

    private string Function(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"substitutions nest deeper than {MaxDepth}");
        }

        if (Peek == '#')
        {
            _at++;
            var measured = Name();
            Close();
            return Encoding.UTF8.GetByteCount(Value(measured, hasDefault: false)).ToString(CultureInfo.InvariantCulture);
        }

        var name = Name();
        switch (Peek)
        {
            case ':':
                return (_at + 1 < _text.Length ? _text[_at + 1] : '\0') is '=' or '-' or '?' or '+' ? Default(name, 2, depth) : Substring(name, depth);
            case '=':
                return Default(name, 1, depth);
            case ',' or '^':
                return Casing(name);
            case '/':
                return Replace(name, depth);
            case '#' or '%':
                return Remove(name, Peek, depth);
            default:
                if (Peek != '}')
                {
                    throw Bad("missing closing brace");
                }

                _at++;
                return Value(name, hasDefault: false);
        }
    }

    private string Name()
    {
        var start = _at;
        while (Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var width) == OperationStatus.Done && (Rune.IsLetter(rune) || Rune.IsDigit(rune) || rune.Value == '_'))
        {
            _at += width;
        }

        return _at > start ? _text[start.._at] : throw Bad("unable to parse variable name");
    }

    private string Value(string name, bool hasDefault) =>
        _lookup(name) ?? (_strict && !hasDefault ? throw new GitOpsException(Reasons.BuildFailed, $"variable not set (strict mode): \"{name}\"") : "");

    private string Default(string name, int operatorLength, int depth)
    {
        _at += operatorLength;
        var fallback = new StringBuilder();
        while (Peek != '}')
        {
            fallback.Append(Parameter((c, _) => c != '}', escapes: false, depth));
        }

        _at++;
        var value = Value(name, hasDefault: true);
        return value.Length == 0 ? fallback.ToString() : value;
    }

    private string Substring(string name, int depth)
    {
        _at++;
        if (!char.IsAscii(Peek))
        {
            // Flux's scanner loses its place before a character of several bytes.
            throw Bad("bad substitution");
        }

        var position = Parameter((c, _) => c is not (':' or '}'), escapes: false, depth);
        string? length = null;
        if (Peek == ':')
        {
            while (Peek == ':')
            {
                _at++;
            }

            length = Parameter((c, _) => c != '}', escapes: false, depth);
        }

        Close();
        return Cut(Value(name, hasDefault: false), position, length);
    }

    private static string Cut(string value, string position, string? length)
    {
        if (!TryWhole(position, out var start))
        {
            return value;
        }

        // Positions count bytes.
        var bytes = Utf8Pieces.Encode(value);
        if (start < 0)
        {
            start = Math.Max(bytes.Length + start, 0);
        }

        var end = (long)bytes.Length;
        if (length is not null)
        {
            if (!TryWhole(length, out var count))
            {
                return value;
            }

            end = Math.Min(unchecked(start + count), bytes.Length);
        }

        if (start >= bytes.Length && end == bytes.Length)
        {
            return "";
        }

        return end >= start
            ? Utf8Pieces.Decode(bytes.AsSpan((int)start, (int)(end - start)))
            : throw new GitOpsException(Reasons.BuildFailed, "bad substitution: a substring ends before it begins");
    }

    private static bool TryWhole(string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private string Casing(string name)
    {
        var op = _text[_at++];
        var all = Peek == op;
        if (Peek is ',' or '^')
        {
            all = true;
            op = Peek == op ? op : '\0';
            _at++;
        }

        Close();
        var value = Value(name, hasDefault: false);
        if (value.Length == 0 || op == '\0')
        {
            return value;
        }

        if (all)
        {
            return Cased(value, op);
        }

        var first = Rune.GetRuneAt(value, 0).Utf16SequenceLength;
        return Cased(value[..first], op) + value[first..];
    }

    // .NET leaves the Turkish letters alone that Unicode's table, and so Go, maps to i and I.
    private static string Cased(string text, char op) =>
        op == ',' ? text.Replace('İ', 'i').ToLowerInvariant() : text.Replace('ı', 'I').ToUpperInvariant();

    private string Replace(string name, int depth)
    {
        _at++;
        var kind = Peek is '/' or '#' or '%' ? _text[_at++] : ' ';
        var pattern = Parameter((c, _) => c != '/', escapes: true, depth);
        if (Peek != '/')
        {
            throw Bad("bad substitution");
        }

        while (Peek == '/')
        {
            _at++;
        }

        string? replacement = null;
        if (Peek != '}')
        {
            replacement = Parameter((c, _) => c != '}', escapes: true, depth);
        }

        Close();
        var value = Value(name, hasDefault: false);
        return kind switch
        {
            '/' => ReplaceAll(value, pattern, replacement ?? ""),
            '#' => replacement is not null && value.StartsWith(pattern, StringComparison.Ordinal) ? replacement + value[pattern.Length..] : value,
            '%' => replacement is not null && value.EndsWith(pattern, StringComparison.Ordinal) ? value[..^pattern.Length] + replacement : value,
            _ => ReplaceFirst(value, pattern, replacement ?? ""),
        };
    }

    private static string ReplaceAll(string value, string pattern, string replacement)
    {
        if (pattern.Length > 0)
        {
            return value.Replace(pattern, replacement, StringComparison.Ordinal);
        }

        var result = new StringBuilder(replacement);
        foreach (var rune in value.EnumerateRunes())
        {
            result.Append(rune.ToString()).Append(replacement);
        }

        return result.ToString();
    }

    private static string ReplaceFirst(string value, string pattern, string replacement)
    {
        var at = value.IndexOf(pattern, StringComparison.Ordinal);
        return at < 0 ? value : string.Concat(value.AsSpan(0, at), replacement, value.AsSpan(at + pattern.Length));
    }

    private string Remove(string name, char op, int depth)
    {
        _at++;
        var longest = Peek == op;
        if (longest)
        {
            _at++;
        }

        var pattern = Parameter((c, _) => c != '}', escapes: false, depth);
        Close();
        var value = Value(name, hasDefault: false);
        if (value.Length > MaxTrimLength)
        {
            throw new GitOpsException(Reasons.LimitExceeded, $"the value of {name} is too long to trim: more than {MaxTrimLength} characters");
        }

        var (bytes, glob) = (Utf8Pieces.Encode(value), Utf8Pieces.Encode(pattern));
        return Utf8Pieces.Decode(op == '#'
            ? Trim(bytes, glob, longest)
            : Utf8Pieces.Reverse(Trim(Utf8Pieces.Reverse(bytes), Utf8Pieces.Reverse(glob), longest)));
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value, ReadOnlySpan<byte> pattern, bool longest)
    {
        var found = 0;
        for (var length = value.Length; length > 0; length--)
        {
            switch (GlobMatch.IsMatch(pattern, value[..length]))
            {
                case null:
                    return value;
                case true:
                    found = length;
                    if (longest)
                    {
                        return value[length..];
                    }

                    break;
                default:
                    break;
            }
        }

        return value[found..];
    }

    /// <summary>One argument: another substitution, or text up to a character that ends it.</summary>
    private string Parameter(Accept accept, bool escapes, int depth)
    {
        if (AtOpening())
        {
            _at += 2;
            return Function(depth + 1);
        }

        var result = new StringBuilder();
        var start = _at;
        while (_at < _text.Length && !AtOpening())
        {
            var c = _text[_at];
            var next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
            if (escapes && ((c == '$' && next == '$') || (c == '\\' && next is '/' or '\\')))
            {
                result.Append(next);
                _at += 2;
                continue;
            }

            if (!accept(c, _at - start + 1))
            {
                break;
            }

            result.Append(c);
            _at++;
        }

        return _at > start ? result.ToString() : throw Bad("unable to parse substitution within function");
    }

    private void Close()
    {
        if (Peek != '}')
        {
            throw Bad("bad substitution");
        }

        _at++;
    }

    private GitOpsException Bad(string problem)
    {
        var line = _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1;
        return new GitOpsException(Reasons.BuildFailed, string.Create(CultureInfo.InvariantCulture, $"{problem} (line {line} of the rendered object): write $${{ for a literal ${{"));
    }
}
