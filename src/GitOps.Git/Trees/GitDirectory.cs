namespace GitOps.Git;

/// <summary>A decoded Git tree object: its entries in ordinal order of their names.</summary>
internal sealed class GitDirectory(GitEntry[] entries)
{
    public ReadOnlySpan<GitEntry> Entries => entries;

    public int Count => entries.Length;

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
}
