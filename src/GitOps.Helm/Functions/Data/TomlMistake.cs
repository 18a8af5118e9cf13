using System.Globalization;
using System.Text.RegularExpressions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>
/// The common mistakes of a TOML text in the words of the library Helm uses: a key without value, a value that is no value.
/// Templates can print these words.
/// </summary>
internal static partial class TomlMistake
{
    /// <summary>Looks for the first mistake, line by line.</summary>
    /// <param name="text">A text that is not TOML.</param>
    /// <returns>The message, or <see langword="null"/> when the mistake is of another kind.</returns>
    public static string? Describe(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim(' ', '\t', '\r');
            if (line.Length == 0 || line[0] is '#' or '[')
                continue;
            var atEnd = i == lines.Length - 1;
            if (line[0] == '=')
                return Message(i, null, "unexpected '=': key name appears blank");
            var key = Key().Match(line);
            if (!key.Success)
                return null;
            var rest = line[key.Length..].TrimStart(' ', '\t');
            if (rest.Length == 0)
                return Message(i, null, atEnd ? "unexpected EOF; expected key separator '='" : "expected '.' or '=', but got '\\n' instead");
            if (rest[0] != '=')
                return Message(i, null, "expected '.' or '=', but got " + GoQuote.QuoteRune(rest[0]) + " instead");
            var value = rest[1..].TrimStart(' ', '\t');
            if (value is "" or "[" && atEnd)
                return Message(i, key.Value, "unexpected EOF; expected value");
            if (value.Length == 0)
                return Message(i, key.Value, "expected value but found '\\n' instead");
            if (Word().Match(value) is { Success: true } word && word.Value is not ("true" or "false" or "inf" or "nan"))
                return Message(i, key.Value, "expected value but found " + GoQuote.Quote(word.Value) + " instead");
        }

        return null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"^\p{L}[^\s,\]}#]*", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    private static string Message(int line, string? key, string problem) => string.Create(
        CultureInfo.InvariantCulture, $"toml: line {line + 1}{(key is null ? string.Empty : $" (last key {GoQuote.Quote(key)})")}: {problem}");
}
