using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>
/// What of a repository is left out: Git's own files always; a built-in list of images, archives and CI files unless the repository has
/// <c>.sourceignore</c> files or the source has rules of its own; then those, the source's last. The last rule that speaks of a path decides.
/// </summary>
/// <remarks>
/// Thread-safe. What one rule says is what <c>git check-ignore</c> says of it, also where Flux's matcher knows less (<c>[!a]</c>, <c>[[:digit:]]</c>, <c>**b</c> as a name).
/// How rules work together is as in Flux: a later rule takes a file back in below a directory that an earlier one leaves out, where Git never looks again.
/// </remarks>
internal sealed class SourceIgnore
{
    public const string FileName = ".sourceignore";

    private static readonly string[] VersionControl = [".git/", ".git", ".gitignore", ".gitmodules", ".gitattributes"];

    private static readonly string[] Defaults =
    [
        "*.jpg", "*.jpeg", "*.gif", "*.png", "*.wmv", "*.flv", "*.tar.gz", "*.zip",
        ".github/", ".circleci/", ".travis.yml", ".gitlab-ci.yml", "appveyor.yml", ".drone.yml", "cloudbuild.yaml", "codeship-services.yml", "codeship-steps.yml",
        "**/.goreleaser.yml", "**/.sops.yaml", "**/.flux.yaml",
    ];

    private readonly IgnorePattern[] _patterns;
    private readonly string _rootFingerprint;
    private readonly bool _hasNested;

    private SourceIgnore(IgnorePattern[] patterns, bool isBuiltIn)
    {
        _patterns = patterns;
        _hasNested = patterns.Any(p => !p.Domain.IsRoot);
        HasInclusions = patterns.Any(p => p.IsInclusion);
        _rootFingerprint = isBuiltIn ? "" : Fingerprint(patterns.Where(p => p.Domain.IsRoot));
    }

    /// <summary>Whether some rule takes back in what an earlier one left out.</summary>
    public bool HasInclusions { get; }

    /// <summary>Puts rules together.</summary>
    /// <param name="files">The <c>.sourceignore</c> files, parents before children.</param>
    /// <param name="rules">The source's own rules.</param>
    public static SourceIgnore Create(IEnumerable<(TreePath Directory, string Text)> files, string? rules)
    {
        var own = files.SelectMany(f => IgnorePattern.ParseLines(f.Text, f.Directory)).ToList();
        if (rules is not null)
        {
            own.AddRange(IgnorePattern.ParseLines(rules, TreePath.Root));
        }

        // As in Flux, any rule of the user's switches the built-in list off; Git's own files stay out unless a rule takes them in.
        var isBuiltIn = own.Count == 0 && rules is null;
        var builtIn = isBuiltIn ? VersionControl.Concat(Defaults) : VersionControl;
        return new SourceIgnore([.. builtIn.Select(p => IgnorePattern.Parse(p, TreePath.Root)), .. own], isBuiltIn);
    }

    /// <summary>Whether a path is left out.</summary>
    /// <param name="path">The path's segments, from the tree's root.</param>
    /// <param name="isDirectory">Whether the path is a directory.</param>
    public bool IsIgnored(ReadOnlySpan<string> path, bool isDirectory)
    {
        for (var i = _patterns.Length - 1; i >= 0; i--)
        {
            if (_patterns[i].IsMatch(path, isDirectory))
            {
                return !_patterns[i].IsInclusion;
            }
        }

        return false;
    }

    /// <summary>Tells apart the rules that decide what is seen below a directory and that are not part of the directory itself.</summary>
    public string FingerprintFor(TreePath directory) =>
        !_hasNested || directory.IsRoot ? _rootFingerprint : Fingerprint(_patterns.Where(p => directory.IsWithin(p.Domain)));

    private static string Fingerprint(IEnumerable<IgnorePattern> patterns)
    {
        var text = string.Join('\n', patterns.Select(p => $"{p.Domain.Value}\0{p.Text}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
    }
}
