using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>A decoded Git tree object: its entries in ordinal order of their names.</summary>
internal sealed class GitDirectory(GitEntry[] entries)
{
    public ReadOnlySpan<GitEntry> Entries => entries;

    public int Count => entries.Length;

    /// <summary>Decodes a tree object: for each entry the mode in octal, a space, the name, a zero and the id.</summary>
    /// <returns>The directory, or null when that is not what is there.</returns>
    public static GitDirectory? Decode(ReadOnlySpan<byte> tree)
    {
        if (Parse(tree) is not { } entries)
        {
            return null;
        }

        // Names that cannot be part of a path are unreachable rather than an error: nobody can ask for them.
        entries.RemoveAll(e => e.Kind is null || e.Name is "" or "." or ".." || e.Name.AsSpan().ContainsAny('/', '\\'));
        var sorted = new GitEntry[entries.Count];
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = new GitEntry(entries[i].Name, entries[i].Kind!.Value, entries[i].Id);
        }

        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new GitDirectory(sorted);
    }

    /// <summary>All entries of a tree object as they are, also those that are no files; or null when that is not what is there.</summary>
    public static List<(string Name, GitEntryKind? Kind, ObjectId Id)>? Parse(ReadOnlySpan<byte> tree)
    {
        const int IdLength = 20;
        var entries = new List<(string Name, GitEntryKind? Kind, ObjectId Id)>(tree.Length / 36);
        while (!tree.IsEmpty)
        {
            var space = tree.IndexOf((byte)' ');
            var end = tree.IndexOf((byte)0);
            if (space < 0 || end < space || tree.Length < end + 1 + IdLength)
            {
                return null;
            }

            entries.Add((Encoding.UTF8.GetString(tree[(space + 1)..end]), KindOf(tree[..space]), new ObjectId(tree.Slice(end + 1, IdLength).ToArray())));
            tree = tree[(end + 1 + IdLength)..];
        }

        return entries;
    }

    public bool TryFind(string name, out GitEntry entry)
    {
        int low = 0, high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(entries[middle].Name, name);
            if (order == 0)
            {
                entry = entries[middle];
                return true;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        entry = default;
        return false;
    }

    private static GitEntryKind? KindOf(ReadOnlySpan<byte> mode) =>
        mode.SequenceEqual("40000"u8) || mode.SequenceEqual("040000"u8) ? GitEntryKind.Directory
        : mode.SequenceEqual("120000"u8) ? GitEntryKind.Link
        : mode.SequenceEqual("160000"u8) ? GitEntryKind.Submodule
        : mode.Length == 6 && mode.StartsWith("100"u8) ? GitEntryKind.File
        : null;
}
