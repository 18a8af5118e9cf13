using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Ignoring;

/// <summary>Random rules, compared with what <c>git check-ignore</c> says of a tree of files and directories.</summary>
public sealed class GitOracleTests : IDisposable
{
    // Left out on purpose: "x**/y", of which Git's prefix comparison makes something that its manual does not say, and letters of more than one byte, which "?"
    // does not match in Git but does in Flux and here.
    private static readonly string[] Pieces = ["a", "b", "ab", "abc", "*", "?", "*b", "a*", "**", "[ab]", "[!a]", "[^b]", "[a-c]*", "[[:alpha:]]", "\\*", "\\a", "a.b", "*.b", "**b", "[", "a[", "x y", "[]a]", "a\\", "***", "[[:digit:]a]", "[a-]", "A"];
    private static readonly string[] Names = ["a", "b", "ab", "abc", "a.b", "*", "x y", "[", "a[", "A"];

    private readonly TemporaryDirectory _directory = new();
    private readonly List<(string Path, bool IsDirectory)> _paths = [];

    public GitOracleTests()
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the names are none on Windows");
        Tools.Run("git", ["init", "-q", _directory["tree"]]);
        foreach (var first in Names)
        {
            Add(first, isDirectory: first.Length < 3);
            foreach (var second in first.Length < 3 ? Names : [])
            {
                Add($"{first}/{second}", isDirectory: second is "a" or "b");
                foreach (var third in second is "a" or "b" ? Names : [])
                {
                    Add($"{first}/{second}/{third}", isDirectory: false);
                }
            }
        }

        File.WriteAllText(_directory["tree/always"], "");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("ab/b")]
    public void IsIgnored_RandomRule_SaysWhatGitSays(string domain)
    {
        var random = new Random(20261123);
        var ignored = 0;
        for (var round = 0; round < 200; round++)
        {
            var rule = Rule(random);
            var git = Ask(domain, rule);
            var ignore = SourceIgnore.Create([(TreePath.Parse(domain), rule + "\n")], null);
            foreach (var (path, isDirectory) in _paths)
            {
                // Git asks of a path whether a directory above it is ignored; a tree that is walked does the same.
                var isIgnored = Parents(path).Any(p => ignore.IsIgnored(p.Split('/'), isDirectory: true)) || ignore.IsIgnored(path.Split('/'), isDirectory);
                if (isIgnored != git.Contains(path))
                {
                    Assert.Fail($"The rule '{rule}' in '{domain}' and the {(isDirectory ? "directory" : "file")} '{path}': Git says {!isIgnored}.");
                }

                ignored += isIgnored ? 1 : 0;
            }
        }

        ignored.Should().BePositive();
    }

    [Fact]
    public void IsIgnored_SeveralRules_TheLastThatSpeaksOfAPathDecides()
    {
        var random = new Random(20261123);
        for (var round = 0; round < 200; round++)
        {
            var rules = string.Join('\n', Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(3) == 0 ? $"!{Rule(random)}" : random.Next(8) == 0 ? $"# {Rule(random)}" : Rule(random)));
            rules = (random.Next(4) == 0 ? "\uFEFF" : "") + (random.Next(3) == 0 ? rules.Replace("\n", "\r\n", StringComparison.Ordinal) : rules);
            var git = Ask("", rules);
            var ignore = SourceIgnore.Create([(TreePath.Root, rules + "\n")], null);

            // Below a directory that is left out Git never looks again, while Flux, whose rules these are, takes files back in there.
            foreach (var (path, isDirectory) in _paths.Where(p => !p.Path.Contains('/', StringComparison.Ordinal)))
            {
                if (ignore.IsIgnored(path.Split('/'), isDirectory) != git.Contains(path))
                {
                    Assert.Fail($"The path '{path}': Git says {git.Contains(path)} of the rules\n{rules}");
                }
            }
        }
    }

    private static string Rule(Random random)
    {
        // A set that does not end goes on behind the slash in Git, and so does an escape.
        var count = random.Next(1, 4);
        var rule = string.Join('/', Enumerable.Range(0, count).Select(_ => Pieces[random.Next(Pieces.Length)]).Select(p => count > 1 && p[^1] is '[' or '\\' ? "a" : p));
        return $"{(random.Next(4) == 0 ? "/" : "")}{rule}{(random.Next(4) == 0 ? "/" : "")}{(random.Next(10) == 0 ? " " : "")}";
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    private HashSet<string> Ask(string domain, string rules)
    {
        // Git exits with a failure when nothing is ignored.
        File.WriteAllText(_directory["tree/.git/info/exclude"], "always\n");
        foreach (var file in Directory.EnumerateFiles(_directory["tree"], ".gitignore", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        File.WriteAllText(Path.Combine(_directory["tree"], domain, ".gitignore"), $"{rules}\n{(domain.Length == 0 ? "always\n" : "")}", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var output = Tools.Run("git", ["-C", _directory["tree"], "check-ignore", "--no-index", "--stdin", "-z"], input: string.Concat(_paths.Select(p => p.Path + "\0")) + "always\0");
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }

    private void Add(string path, bool isDirectory)
    {
        _paths.Add((path, isDirectory));
        if (isDirectory)
        {
            Directory.CreateDirectory(Path.Combine(_directory["tree"], path));
        }
        else
        {
            File.WriteAllText(Path.Combine(_directory["tree"], path), "");
        }
    }
}
