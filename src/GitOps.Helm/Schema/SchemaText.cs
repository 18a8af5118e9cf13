using System.Globalization;
using System.Text;
using GitOps.Helm.Values;

namespace GitOps.Helm.Schema;

/// <summary>How values appear in messages.</summary>
internal static class SchemaText
{
    public static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}'";

    public static string Join(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    public static string Display(object? value) => value switch
    {
        string text => Quote(text),
        null => "<nil>",
        bool flag => flag ? "true" : "false",
        double or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => ValueTree.GoTypeName(value),
    };

    /// <summary>With commas between thousands, as messages print numbers.</summary>
    public static string Number(double value) => value.ToString("#,0.################", CultureInfo.InvariantCulture);

    /// <summary>One more step of a JSON pointer.</summary>
    public static string Append(string pointer, string token) =>
        new StringBuilder(pointer).Append('/').Append(token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)).ToString();
}
