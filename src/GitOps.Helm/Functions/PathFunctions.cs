using GitOps.Helm.Charts;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's path functions; paths have slashes on every system, so that a chart renders the same everywhere.</summary>
internal static class PathFunctions
{
    private static readonly GoType[] One = [GoType.String];

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = Make();

    private static FunctionList Make()
    {
        var functions = new FunctionList();
        foreach (var (name, osName, body) in new (string, string, FunctionBody)[]
        {
            ("base", "osBase", static (_, a) => GoPath.Base((string)a[0]!)),
            ("dir", "osDir", static (_, a) => Directory((string)a[0]!)),
            ("clean", "osClean", static (_, a) => GoPath.Clean((string)a[0]!)),
            ("ext", "osExt", static (_, a) => Extension((string)a[0]!)),
            ("isAbs", "osIsAbs", static (_, a) => GoValue.Box(((string)a[0]!).StartsWith('/'))),
        })
        {
            functions.Add(name, One, body);
            functions.Add(osName, One, body);
        }

        return functions;
    }

    private static string Directory(string path) => GoPath.Clean(path[..(path.LastIndexOf('/') + 1)]);

    private static string Extension(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 || dot < path.LastIndexOf('/') ? string.Empty : path[dot..];
    }
}
