using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's semantic version functions.</summary>
internal static class SemVerFunctions
{
    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "semver", [GoType.String], static (_, a) => new SemVerObject(Parse((string)a[0]!)) },
        { "semverCompare", [GoType.String, GoType.String], static (_, a) => GoValue.Box(Compare((string)a[0]!, (string)a[1]!)) },
    };

    private static SemVersion Parse(string text) =>
        SemVersion.TryParse(text, out var version) ? version : throw new FunctionException("invalid semantic version");

    private static bool Compare(string constraint, string version)
    {
        if (!SemVerConstraint.TryParse(constraint, out var parsed))
            throw new FunctionException("improper constraint: " + GoQuote.Quote(constraint));
        return parsed.Matches(Parse(version));
    }
}
