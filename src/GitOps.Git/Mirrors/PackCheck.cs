using System.Security.Cryptography;

namespace GitOps.Git;

/// <summary>Finds packs that were cut short or changed on disk: a pack ends with the hash of all that comes before, and its index repeats that hash.</summary>
internal sealed class PackCheck
{
    private const int HashLength = 20;

    /// <summary>Larger packs are checked by their ends only; hashing them would take longer than it is worth.</summary>
    private const long MaxHashed = 512L * 1024 * 1024;

    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    public bool AreWhole(string directory) => !Directory.Exists(directory) || Directory.EnumerateFiles(directory, "*.pack").All(IsWhole);

    private bool IsWhole(string pack)
    {
        var file = new FileInfo(pack);
        var key = FormattableString.Invariant($"{pack} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        if (_checked.Contains(key))
        {
            return true;
        }

        var isWhole = Check(pack);
        if (isWhole)
        {
            _checked.Add(key);
        }

        return isWhole;
    }

    private static bool Check(string pack)
    {
        using var index = File.OpenRead(Path.ChangeExtension(pack, ".idx"));
        using var stream = new FileStream(pack, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1024 * 1024, FileOptions.SequentialScan);
        if (index.Length < 2 * HashLength || stream.Length < HashLength)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HashLength];
        index.Seek(-2 * HashLength, SeekOrigin.End);
        index.ReadExactly(expected);
        Span<byte> stated = stackalloc byte[HashLength];
        stream.Seek(-HashLength, SeekOrigin.End);
        stream.ReadExactly(stated);
        if (!expected.SequenceEqual(stated))
        {
            return false;
        }

        return stream.Length > MaxHashed || HashOf(stream).AsSpan().SequenceEqual(stated);
    }

    private static byte[] HashOf(FileStream stream)
    {
        // SHA-1 is what the format prescribes.
#pragma warning disable CA5350
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        stream.Position = 0;
        var buffer = new byte[1024 * 1024];
        for (var left = stream.Length - HashLength; left > 0;)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return hash.GetHashAndReset();
    }
}
