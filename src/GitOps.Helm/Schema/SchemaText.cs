using System.Globalization;
using System.Text;
using GitOps.Helm.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm.Schema;

/// <summary>How values appear in messages.</summary>
internal static class SchemaText
{
    /// <summary>In single quotes, with Go's escapes.</summary>
    public static string Quote(string text) => $"'{GoQuote.Quote(text)[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    public static string Join(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    public static string Display(object? value) => value switch
    {
        string text => Quote(text),
        null => "<nil>",
        bool flag => flag ? "true" : "false",
        double or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => ValueTree.GoTypeName(value),
    };

    /// <summary>As messages print numbers: commas between thousands, and powers of ten from a million on and below a ten-thousandth.</summary>
    public static string Number(double value)
    {
        var text = GoFloat.Format(value, 'e');
        var at = text.IndexOf('e', StringComparison.Ordinal);
        if (at < 0 || int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) is >= -4 and < 6)
        {
            return value.ToString("#,0.####################", CultureInfo.InvariantCulture);
        }

        return $"{text[..at]}×10{string.Concat(text[(at + 1)..].Select(Superscript))}";
    }

    /// <summary>One more step of a JSON pointer.</summary>
    public static string Append(string pointer, string token) =>
        new StringBuilder(pointer).Append('/').Append(token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)).ToString();

    private static string Superscript(char c) => c switch
    {
        '+' => "",
        '-' => "⁻",
        _ => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0'].ToString(),
    };
}
