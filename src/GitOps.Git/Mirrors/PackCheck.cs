using System.Security.Cryptography;

namespace GitOps.Git;

/// <summary>Finds packs and indexes that were cut short or changed on disk: each ends with the hash of all that comes before, and an index repeats its pack's.</summary>
internal sealed class PackCheck
{
    private const int HashLength = 20;

    /// <summary>Larger files are checked by their ends only; hashing them would take longer than it is worth.</summary>
    private const long MaxHashed = 512L * 1024 * 1024;

    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    public bool AreWhole(string directory) => !Directory.Exists(directory) || Directory.EnumerateFiles(directory, "*.pack").All(IsWhole);

    private bool IsWhole(string pack)
    {
        var key = string.Join('\n', new[] { pack, Path.ChangeExtension(pack, ".idx") }.Select(p => new FileInfo(p)).Select(f => FormattableString.Invariant($"{f.FullName} {(f.Exists ? f.Length : 0)} {f.LastWriteTimeUtc.Ticks}")));
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
        using var index = Open(Path.ChangeExtension(pack, ".idx"));
        using var stream = Open(pack);
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

        return IsAsStated(index) && IsAsStated(stream);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1024 * 1024, FileOptions.SequentialScan);

    private static bool IsAsStated(FileStream stream)
    {
        if (stream.Length > MaxHashed)
        {
            return true;
        }

        Span<byte> stated = stackalloc byte[HashLength];
        stream.Seek(-HashLength, SeekOrigin.End);
        stream.ReadExactly(stated);
        return HashOf(stream).AsSpan().SequenceEqual(stated);
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
