using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>A Go regular expression with Go's rules for empty matches and replacement templates.</summary>
internal sealed class GoRegex
{
    private const int MaxKept = 1024;
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<string, GoRegex> Known = new(StringComparer.Ordinal);
    private readonly string source;
    private readonly System.Text.RegularExpressions.Regex plain;
    private readonly Lazy<System.Text.RegularExpressions.Regex> withPairs;
    private readonly List<string> groups;

    private GoRegex(string source)
    {
        this.source = source;
        plain = Compile(Re2Translator.Translate(source, withPairs: false, out groups));
        withPairs = new(() => Compile(Re2Translator.Translate(source, withPairs: true, out _)));
    }

    /// <summary>Compiles a pattern, or finds it compiled.</summary>
    /// <param name="pattern">The RE2 pattern.</param>
    /// <returns>The expression.</returns>
    /// <exception cref="FunctionException">The pattern is malformed.</exception>
    public static GoRegex Parse(string pattern)
    {
        if (Known.TryGetValue(pattern, out var known))
            return known;
        var made = new GoRegex(pattern);
        if (Known.Count < MaxKept)
            Known.TryAdd(pattern, made);
        return made;
    }

    /// <summary>Whether the text holds a match.</summary>
    public bool IsMatch(string text) => Guard(() => For(text).IsMatch(text));

    /// <summary>The first match; empty without one.</summary>
    public string Find(string text) => Guard(() => For(text).Match(text)) is { Success: true } match ? match.Value : string.Empty;

    /// <summary>All matches, at most a number of them if it is not negative.</summary>
    public List<string> FindAll(string text, long limit) => Matches(text, limit).ConvertAll(static m => m.Value);

    /// <summary>Replaces every match.</summary>
    /// <param name="execution">The run, for limits.</param>
    /// <param name="text">The text.</param>
    /// <param name="replacement">The replacement, with <c>$1</c> and <c>${name}</c> unless it is literal.</param>
    /// <param name="literal">Whether the replacement is taken as it is.</param>
    /// <returns>The new text.</returns>
    public string Replace(Execution execution, string text, string replacement, bool literal)
    {
        var regex = For(text);
        var output = new StringBuilder();
        var lastEnd = 0;
        var search = 0;
        while (search <= text.Length)
        {
            var from = search;
            var match = Guard(() => regex.Match(text, from));
            if (!match.Success)
                break;
            output.Append(text, lastEnd, match.Index - lastEnd);
            var end = match.Index + match.Length;

            // An empty match right after another match is skipped.
            if (end > lastEnd || match.Index == 0)
            {
                if (literal)
                    output.Append(replacement);
                else
                    Expand(output, replacement, match);
                execution.CheckSize(output.Length);
            }

            lastEnd = end;
            if (search >= text.Length)
                search++;
            else if (search + GoText.RuneWidth(text, search) > end)
                search += GoText.RuneWidth(text, search);
            else
                search = end;
        }

        return output.Append(text, lastEnd, text.Length - lastEnd).ToString();
    }

    /// <summary>Cuts the text at matches.</summary>
    public List<string> Split(string text, long limit)
    {
        if (source.Length > 0 && text.Length == 0)
            return [string.Empty];
        var parts = new List<string>();
        var begin = 0;
        var end = 0;
        foreach (var match in Matches(text, limit))
        {
            if (limit > 0 && parts.Count == limit - 1)
                break;
            end = match.Index;
            if (match.Index + match.Length != 0)
                parts.Add(text[begin..end]);
            begin = match.Index + match.Length;
        }

        if (end != text.Length)
            parts.Add(text[begin..]);
        return parts;
    }

    private static System.Text.RegularExpressions.Regex Compile(string pattern)
    {
        try
        {
            return new System.Text.RegularExpressions.Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (ArgumentException e)
        {
            throw new FunctionException("error parsing regexp: expression cannot be translated: " + e.Message, e);
        }
    }

    private static T Guard<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new FunctionException(string.Create(CultureInfo.InvariantCulture, $"the regular expression took longer than {MatchTimeout.TotalSeconds} seconds"), e);
        }
    }

    private System.Text.RegularExpressions.Regex For(string text) => HasPair(text) ? withPairs.Value : plain;

    private static bool HasPair(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF') >= 0;

    private List<Match> Matches(string text, long limit)
    {
        var regex = For(text);
        var found = new List<Match>();
        var position = 0;
        var previousEnd = -1;
        while ((limit < 0 || found.Count < limit) && position <= text.Length)
        {
            var from = position;
            var match = Guard(() => regex.Match(text, from));
            if (!match.Success)
                break;
            var end = match.Index + match.Length;
            var accept = true;
            if (end == position)
            {
                if (match.Index == previousEnd)
                    accept = false;
                position += position < text.Length ? GoText.RuneWidth(text, position) : 1;
            }
            else
            {
                position = end;
            }

            previousEnd = end;
            if (accept)
                found.Add(match);
        }

        return found;
    }

    private void Expand(StringBuilder output, string template, Match match)
    {
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            if (c != '$' || i + 1 >= template.Length)
            {
                output.Append(c);
                continue;
            }

            if (template[i + 1] == '$')
            {
                output.Append('$');
                i++;
                continue;
            }

            var braced = template[i + 1] == '{';
            var start = i + (braced ? 2 : 1);
            var end = start;
            while (end < template.Length && (char.IsLetterOrDigit(template[end]) || template[end] == '_'))
                end++;
            if (end == start || (braced && (end >= template.Length || template[end] != '}')))
            {
                output.Append('$');
                continue;
            }

            var name = template[start..end];
            var group = name.All(char.IsAsciiDigit) && name.Length < 9 && (name.Length == 1 || name[0] != '0') ? int.Parse(name, CultureInfo.InvariantCulture) : groups.IndexOf(name);
            if (group >= 0 && group < match.Groups.Count)
                output.Append(match.Groups[group].ValueSpan);
            i = braced ? end : end - 1;
        }
    }
}
