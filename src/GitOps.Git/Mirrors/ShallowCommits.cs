using GitOps.Limits;

namespace GitOps.Git;

/// <summary>The commits of a repository whose history is not there, as Git itself writes them down: neither it nor libgit2 misses the rest then.</summary>
internal static class ShallowCommits
{
    private const int MaxLength = 1024 * 1024;

    public static IReadOnlyList<string> Read(string repository)
    {
        var file = FileOf(repository);
        return File.Exists(file)
            ? [.. BoundedRead.Text(file, MaxLength).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l.Length == 40 && l.All(char.IsAsciiHexDigit))]
            : [];
    }

    public static void Add(string repository, IEnumerable<string> commits)
    {
        var known = Read(repository);
        var all = known.Union(commits, StringComparer.Ordinal).ToList();
        if (all.Count > known.Count)
        {
            var made = $"{FileOf(repository)}.new";
            File.WriteAllLines(made, all);
            File.Move(made, FileOf(repository), overwrite: true);
        }
    }

    private static string FileOf(string repository) => Path.Combine(repository, "shallow");
}
