using System.Text.RegularExpressions;

namespace GitOps.Helm.Schema;

/// <summary>Patterns in schemas, with Go's regular expressions and no way to make matching slow.</summary>
internal static class SchemaRegex
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="SchemaException">The pattern is malformed.</exception>
    public static Regex Compile(string pattern, string location)
    {
        try
        {
            return new Regex(pattern.Replace("\\z", "\\Z", StringComparison.Ordinal), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Timeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new SchemaException($"invalid regex \"{pattern}\" at \"{location}\": {e.Message}", e);
        }
    }
}
