using System.Text;

namespace GitOps.Helm.Charts;

/// <summary>The rules of a .helmignore file: shell patterns, one a line, read as Helm reads them.</summary>
/// <remarks>
/// A rule with <c>!</c> does not bring a file back: it drops every file it does not match. That is how Helm works, and charts depend on it.
/// </remarks>
internal sealed class IgnoreRules
{
    public const string FileName = ".helmignore";

    private readonly List<Rule> _rules = [];

    private IgnoreRules()
    {
    }

    /// <summary>The rules of a chart without .helmignore: hidden files of templates/ are left out.</summary>
    public static IgnoreRules Default { get; } = Parse("");

    /// <summary>Reads the rules and adds the default one.</summary>
    /// <param name="text">The text of the file.</param>
    /// <returns>The rules.</returns>
    /// <exception cref="HelmException">A rule is malformed.</exception>
    public static IgnoreRules Parse(string text)
    {
        var rules = new IgnoreRules();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            rules.Add(line);
        }

        rules.Add("templates/.?*");
        return rules;
    }

    /// <summary>Reads the rules and adds the default one.</summary>
    public static IgnoreRules Parse(ReadOnlySpan<byte> utf8) => Parse(Encoding.UTF8.GetString(utf8));

    /// <summary>Whether a file or directory is left out.</summary>
    /// <param name="path">The path inside the chart.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public bool Ignores(string path, bool isDirectory)
    {
        if (path is "" or "." or "./")
        {
            return false;
        }

        foreach (var rule in _rules)
        {
            if (rule.Negated)
            {
                if ((rule.DirectoryOnly && !isDirectory) || !rule.Matches(path))
                {
                    return true;
                }
            }
            else if ((!rule.DirectoryOnly || isDirectory) && rule.Matches(path))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string line)
    {
        var rule = line.Trim();
        if (rule.Length == 0 || rule.StartsWith('#'))
        {
            return;
        }

        if (rule.Contains("**", StringComparison.Ordinal))
        {
            throw new HelmException("double-star (**) syntax is not supported");
        }

        if (!ShellPattern.IsValid(rule))
        {
            throw new HelmException($"{FileName}: '{rule}': syntax error in pattern");
        }

        var negated = rule.StartsWith('!');
        rule = negated ? rule[1..] : rule;
        var directoryOnly = rule.EndsWith('/');
        rule = directoryOnly ? rule[..^1] : rule;
        var rooted = rule.StartsWith('/');
        rule = rooted ? rule[1..] : rule;
        _rules.Add(new Rule(rule, negated, directoryOnly, NameOnly: !rooted && !rule.Contains('/', StringComparison.Ordinal)));
    }

    private sealed record Rule(string Pattern, bool Negated, bool DirectoryOnly, bool NameOnly)
    {
        public bool Matches(string path) => ShellPattern.Match(Pattern, NameOnly ? GoPath.Base(path) : path) == true;
    }
}
