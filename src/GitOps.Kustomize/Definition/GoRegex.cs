using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace GitOps.Kustomize.Definition;

/// <summary>Regular expressions as Go's regexp package reads them, in linear time.</summary>
internal sealed class GoRegex
{
    private static readonly SearchValues<char> s_special = SearchValues.Create("\\.+*?()|[]{}^$");

    private readonly string? _literal;
    private readonly bool _whole;
    private readonly Regex? _regex;

    private GoRegex(string? literal, bool whole, Regex? regex)
    {
        _literal = literal;
        _whole = whole;
        _regex = regex;
    }

    /// <summary>A pattern that has to match a whole text.</summary>
    public static GoRegex Whole(string pattern) =>
        pattern.AsSpan().ContainsAny(s_special) ? new GoRegex(null, true, Compile($"^(?:{pattern})$", pattern)) : new GoRegex(pattern, true, null);

    /// <summary>A pattern that may match anywhere in a text.</summary>
    public static GoRegex Anywhere(string pattern) =>
        pattern.AsSpan().ContainsAny(s_special) ? new GoRegex(null, false, Compile(pattern, pattern)) : new GoRegex(pattern, false, null);

    public bool IsMatch(string text) =>
        _literal is null ? _regex!.IsMatch(text)
        : _whole ? string.Equals(_literal, text, StringComparison.Ordinal)
        : text.Contains(_literal, StringComparison.Ordinal);

    private static Regex Compile(string pattern, string shown)
    {
        try
        {
            return new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new KustomizeException($"error parsing regexp `{shown}`: {e.Message}");
        }
    }

    /// <summary>Go's classes are ASCII, and its <c>$</c> does not match before a last line break.</summary>
    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i++;
                text.Append(pattern[i] switch
                {
                    'd' => inClass ? "0-9" : "[0-9]",
                    'w' => inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
                    's' => inClass ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]",
                    'D' when !inClass => "[^0-9]",
                    'W' when !inClass => "[^0-9A-Za-z_]",
                    'S' when !inClass => "[^\\t\\n\\f\\r ]",
                    'z' => "\\z",
                    var other => "\\" + other,
                });
            }
            else if (inClass && c == '[' && pattern.AsSpan(i).StartsWith("[:") && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var end)
            {
                text.Append(PosixClass(pattern[(i + 2)..end]));
                i = end + 1;
            }
            else if (c == '[' && !inClass)
            {
                inClass = true;
                text.Append(c);
                if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                {
                    text.Append('^');
                    i++;
                }

                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    text.Append("\\]");
                    i++;
                }
            }
            else if (c == '[')
            {
                text.Append("\\[");
            }
            else if (c == ']' && inClass)
            {
                inClass = false;
                text.Append(c);
            }
            else if (c == '$' && !inClass)
            {
                text.Append("\\z");
            }
            else if (c == '(' && pattern.AsSpan(i).StartsWith("(?P<"))
            {
                text.Append("(?<");
                i += 3;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static string PosixClass(string name) => name switch
    {
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "alnum" => "0-9A-Za-z",
        "upper" => "A-Z",
        "lower" => "a-z",
        "space" => "\\t\\n\\v\\f\\r ",
        "blank" => "\\t ",
        "punct" => "!-/:-@\\[-`{-~",
        "xdigit" => "0-9A-Fa-f",
        "word" => "0-9A-Za-z_",
        _ => throw new KustomizeException($"error parsing regexp: invalid character class `[:{name}:]`"),
    };
}
