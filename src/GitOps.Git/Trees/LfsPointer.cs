using System.Globalization;
using System.Text;

namespace GitOps.Git;

/// <summary>What Git LFS puts into a repository in place of a file.</summary>
internal readonly record struct LfsPointer(string ObjectId, long Size)
{
    private const int MaxLength = 1024;

    public static bool TryParse(ReadOnlySpan<byte> content, out LfsPointer pointer)
    {
        pointer = default;
        if (content.Length is 0 or >= MaxLength || !(content.StartsWith("version https://git-lfs.github.com/spec/"u8) || content.StartsWith("version https://hawser.github.com/spec/"u8)))
        {
            return false;
        }

        string? id = null;
        long? size = null;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            if (line.StartsWith("oid ", StringComparison.Ordinal))
            {
                id = line[4..].Trim();
            }
            else if (line.StartsWith("size ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(5).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                size = number;
            }
        }

        if (id is null || size is null)
        {
            return false;
        }

        pointer = new LfsPointer(id, size.Value);
        return true;
    }
}
