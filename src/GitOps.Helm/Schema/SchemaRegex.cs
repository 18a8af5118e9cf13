using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Schema;

/// <summary>Patterns in schemas: Go's regular expressions.</summary>
internal static class SchemaRegex
{
    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="SchemaException">The pattern is malformed.</exception>
    public static GoRegex Compile(string pattern, string location)
    {
        try
        {
            return GoRegex.Parse(pattern);
        }
        catch (FunctionException e)
        {
            throw new SchemaException($"invalid regex \"{pattern}\" at \"{location}\": {e.Message}", e);
        }
    }
}
