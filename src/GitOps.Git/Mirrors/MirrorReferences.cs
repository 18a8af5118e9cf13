using System.Security.Cryptography;
using System.Text;
using GitOps.Limits;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>
/// The references of a mirror: those that were fetched, which move as the server's do, and those of revisions that were handed out, which nothing on the
/// server moves. The latter keep the last good revision when a branch is pushed over or a signed tag is moved. When a reference was last used, the time of
/// its file tells.
/// </summary>
internal static class MirrorReferences
{
    public const string Fetched = "refs/gitops/*";
    public const string Kept = $"{KeptFolder}/*";

    private const string KeptFolder = "refs/gitops-kept";

    /// <summary>How many revisions are kept; of those that are too many, what was not used for the longest time goes first.</summary>
    private const int MaxKept = 256;

    /// <summary>The local name of a server's reference: no two can collide the way <c>a</c> and <c>a/b</c> do.</summary>
    public static string NameOf(string reference) => $"refs/gitops/{Hash(reference)}";

    /// <summary>The local name of a revision.</summary>
    public static string NameOf(Revision revision) => $"{KeptFolder}/{Hash(revision.ToString())}";

    /// <summary>Says that a reference is in use; nothing happens when it is not there.</summary>
    public static void Touch(string repository, string name, DateTime now)
    {
        var file = Path.Combine(repository, name);
        if (File.Exists(file))
        {
            File.SetLastWriteTimeUtc(file, now);
        }
    }

    /// <summary>Keeps a revision, or says that it is in use still.</summary>
    /// <param name="repository">The repository's directory.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="objectId">The object that led to it: the commit or an annotated tag.</param>
    /// <param name="now">The time.</param>
    public static void Keep(string repository, Revision revision, string objectId, DateTime now)
    {
        var file = Path.Combine(repository, NameOf(revision));
        if (File.Exists(file) && BoundedRead.Text(file, 4096).TrimEnd() == objectId)
        {
            File.SetLastWriteTimeUtc(file, now);
            return;
        }

        Write(repository, NameOf(revision), objectId, now);
        RemoveOldest(new DirectoryInfo(Path.GetDirectoryName(file)!), file);
    }

    /// <summary>Makes a reference. A file of one line, moved into place, is what Git writes too, and needs no lock: readers must not wait for somebody else's fetch.</summary>
    public static void Write(string repository, string name, string objectId, DateTime usedAt)
    {
        var file = Path.Combine(repository, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var made = Path.Combine(repository, $"kept-{Guid.NewGuid():N}");
        File.WriteAllText(made, objectId + "\n");
        File.Move(made, file, overwrite: true);
        File.SetLastWriteTimeUtc(file, usedAt);
    }

    /// <summary>The references that somebody used since a moment: where they lead, and when that was.</summary>
    public static IReadOnlyList<(string Name, string Target, DateTime UsedAt)> UsedSince(Repository repository, DateTime oldest) =>
        [.. repository.Refs.FromGlob(Fetched).Concat(repository.Refs.FromGlob(Kept))
            .Where(r => repository.FindCommit(r.TargetIdentifier) is not null)
            .Select(r => (r.CanonicalName, r.TargetIdentifier, UsedAt: File.GetLastWriteTimeUtc(Path.Combine(repository.Info.Path, r.CanonicalName))))
            .Where(r => r.UsedAt > oldest)];

    /// <summary>The revisions that were kept in a repository, which may be damaged: the names of their references, where they lead, and when they were used.</summary>
    public static IReadOnlyList<(string Name, string Target, DateTime UsedAt)> ReadKept(string repository)
    {
        var folder = new DirectoryInfo(Path.Combine(repository, KeptFolder));
        return folder.Exists
            ? [.. folder.EnumerateFiles()
                .Select(f => (Name: $"{KeptFolder}/{f.Name}", Target: f.Length < 100 ? BoundedRead.Text(f.FullName, 100).Trim() : "", UsedAt: f.LastWriteTimeUtc))
                .Where(r => r.Target.Length == 40 && r.Target.All(char.IsAsciiHexDigit))]
            : [];
    }

    private static void RemoveOldest(DirectoryInfo folder, string newest)
    {
        foreach (var file in folder.EnumerateFiles().Where(f => f.FullName != newest).OrderByDescending(f => f.LastWriteTimeUtc).Skip(MaxKept - 1).ToList())
        {
            file.Delete();
        }
    }

    private static string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 10));
}
