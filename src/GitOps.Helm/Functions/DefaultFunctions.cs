using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's functions about empty values, choice and types.</summary>
internal static class DefaultFunctions
{
    private static readonly GoType[] One = [GoType.Any];
    private static readonly GoType[] NameAndValue = [GoType.String, GoType.Any];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "default", One, GoType.Any, static (_, a) => a.Length < 2 || GoCast.IsEmpty(a[1]) ? a[0] : a[1] },
        { "empty", One, static (_, a) => GoValue.Box(GoCast.IsEmpty(a[0])) },
        { "coalesce", [], GoType.Any, static (_, a) => Coalesce(a) },
        { "all", [], GoType.Any, static (_, a) => GoValue.Box(CountFull(a) == a.Length) },
        { "any", [], GoType.Any, static (_, a) => GoValue.Box(CountFull(a) > 0) },
        { "ternary", [GoType.Any, GoType.Any, GoType.Bool], static (_, a) => (bool)a[2]! ? a[0] : a[1] },
        { "typeOf", One, static (_, a) => GoValue.TypeName(a[0]) },
        { "typeIs", NameAndValue, static (_, a) => GoValue.Box(string.Equals((string)a[0]!, GoValue.TypeName(a[1]), StringComparison.Ordinal)) },
        { "typeIsLike", NameAndValue, static (_, a) => GoValue.Box(IsLike((string)a[0]!, GoValue.TypeName(a[1]))) },
        { "kindOf", One, static (_, a) => GoValue.KindName(a[0]) },
        { "kindIs", NameAndValue, static (_, a) => GoValue.Box(string.Equals((string)a[0]!, GoValue.KindName(a[1]), StringComparison.Ordinal)) },
        { "deepEqual", [GoType.Any, GoType.Any], static (_, a) => GoValue.Box(GoDeepEqual.Compare(a[0], a[1])) },
    };

    private static object? Coalesce(ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            if (!GoCast.IsEmpty(value))
                return value;
        }

        return null;
    }

    private static int CountFull(ReadOnlySpan<object?> values)
    {
        var count = 0;
        foreach (var value in values)
            count += GoCast.IsEmpty(value) ? 0 : 1;
        return count;
    }

    private static bool IsLike(string target, string type) =>
        string.Equals(target, type, StringComparison.Ordinal) || string.Equals("*" + target, type, StringComparison.Ordinal);
}
