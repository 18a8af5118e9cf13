using System.Text.RegularExpressions;

namespace GitOps.Kustomize.Loading;

/// <summary>Tells references to Git repositories from paths.</summary>
internal static partial class RemoteReference
{
    public static bool IsRemote(string path)
    {
        if (Scheme().IsMatch(path) || path.StartsWith("git::", StringComparison.OrdinalIgnoreCase) || path.StartsWith("gh:", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (path.StartsWith("git@", StringComparison.OrdinalIgnoreCase) || ScpLike().IsMatch(path))
        {
            return true;
        }

        return path.StartsWith("github.com/", StringComparison.OrdinalIgnoreCase) || path.StartsWith("github.com:", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("^(https?|ssh|git|file)://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Scheme();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9-]*@[a-zA-Z0-9.-]+[:/]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ScpLike();
}
