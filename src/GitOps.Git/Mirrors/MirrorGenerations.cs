using System.Globalization;
using GitOps.Limits;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>The bare repositories of one mirror on disk (<c>g1</c>, <c>g2</c>, ...), and the file that says which one is current.</summary>
internal sealed class MirrorGenerations(string directory)
{
    /// <summary>The lock of whoever writes.</summary>
    public string WriteLock => Path.Combine(directory, "lock");

    private string Pointer => Path.Combine(directory, "current");

    public string PathOf(string name) => Path.Combine(directory, name);

    /// <summary>The lock that readers of a generation share; whoever has it alone may remove the generation.</summary>
    public string LockOf(string name) => Path.Combine(directory, $"{name}.lock");

    /// <summary>Makes the directory, readable for its owner only.</summary>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string? ReadCurrent()
    {
        try
        {
            var name = BoundedRead.Text(Pointer, 4096).Trim();
            return name.Length > 1 && Directory.Exists(PathOf(name)) ? name : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void WriteCurrent(string name)
    {
        File.WriteAllText($"{Pointer}.new", name);
        File.Move($"{Pointer}.new", Pointer, overwrite: true);
    }

    /// <summary>Says that the mirror is in use: one that is not goes away in time.</summary>
    public void Touch(DateTime now) => File.SetLastWriteTimeUtc(Pointer, now);

    /// <summary>Makes an empty repository, which is not current yet.</summary>
    public string MakeNext()
    {
        var last = All().Select(NumberOf).DefaultIfEmpty(0).Max();
        var name = $"g{(last + 1).ToString(CultureInfo.InvariantCulture)}";
        Repository.Init(PathOf(name), isBare: true);
        return name;
    }

    /// <summary>The directories of all generations but one, the newest first.</summary>
    public IEnumerable<string> PathsBut(string name) =>
        All().Where(g => !string.Equals(g, name, StringComparison.Ordinal)).OrderByDescending(NumberOf).Select(PathOf).ToList();

    /// <summary>Removes what is not current and read by nobody any more.</summary>
    public void RemoveOld()
    {
        var current = ReadCurrent();
        foreach (var name in All().ToList())
        {
            if (string.Equals(name, current, StringComparison.Ordinal))
            {
                continue;
            }

            // Readers, in this and other processes, hold a shared lock.
            using var alone = FileLock.TryAcquire(LockOf(name), isShared: false);
            if (alone is not null)
            {
                DeleteDirectory(PathOf(name));
                File.Delete(LockOf(name));
            }
        }
    }

    /// <summary>What a killed process left behind: nobody else writes now, so whatever is unfinished stays so.</summary>
    public void RemoveLeftovers(string name)
    {
        var packs = Path.Combine(PathOf(name), "objects", "pack");
        if (!Directory.Exists(packs))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(packs).ToList())
        {
            var isWhole = Path.GetExtension(file) switch
            {
                ".pack" => File.Exists(Path.ChangeExtension(file, ".idx")),
                ".idx" => File.Exists(Path.ChangeExtension(file, ".pack")),
                _ => false,
            };
            if (!isWhole)
            {
                File.Delete(file);
            }
        }

        foreach (var file in Directory.EnumerateFiles(PathOf(name), "*.lock", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(PathOf(name), "kept-*")).ToList())
        {
            File.Delete(file);
        }
    }

    public long SizeOf(string name) => new DirectoryInfo(PathOf(name)).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static int NumberOf(string name) => int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    private IEnumerable<string> All() =>
        Directory.EnumerateDirectories(directory, "g*").Select(d => Path.GetFileName(d)!).Where(n => n.Length > 1 && n.Length < 10 && !n.AsSpan(1).ContainsAnyExceptInRange('0', '9'));

    private static void DeleteDirectory(string path)
    {
        // Git writes its objects read-only, which stops a deletion on Windows.
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            if (OperatingSystem.IsWindows())
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }
        }

        Directory.Delete(path, recursive: true);
    }
}
