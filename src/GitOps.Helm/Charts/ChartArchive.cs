using System.Formats.Tar;
using System.IO.Compression;

namespace GitOps.Helm.Charts;

/// <summary>Unpacks a packaged chart (.tgz) in memory, refusing what could harm: paths that leave the chart, links, bombs.</summary>
internal static class ChartArchive
{
    /// <summary>Reads all files; the first directory of their paths is dropped.</summary>
    /// <param name="archive">The bytes of the archive.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The files in the archive's order.</returns>
    /// <exception cref="HelmException">The archive is broken, hostile or too large.</exception>
    public static List<ChartFile> Read(ReadOnlyMemory<byte> archive, ChartLimits limits, CancellationToken cancellationToken)
    {
        if (archive.Length < 2 || archive.Span[0] != 0x1f || archive.Span[1] != 0x8b)
        {
            throw new HelmException("stream does not appear to be a valid chart file (details: gzip: invalid header)");
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(archive.ToArray(), writable: false), CompressionMode.Decompress);
            using var bounded = new BoundedStream(gzip, limits.MaxChartSize + (limits.MaxFiles * 1024L));
            using var tar = new TarReader(bounded);
            return Read(tar, limits, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new HelmException($"unable to load chart archive: {e.Message}", e);
        }
    }

    private static List<ChartFile> Read(TarReader tar, ChartLimits limits, CancellationToken cancellationToken)
    {
        var files = new List<ChartFile>();
        var remaining = limits.MaxChartSize;
        while (tar.GetNextEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (entry.EntryType)
            {
                case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes:
                    continue;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    break;
                default:
                    throw new HelmException($"chart archive holds {entry.Name}, which is no regular file ({entry.EntryType}): links and devices are refused");
            }

            if (entry.Name.EndsWith('/'))
            {
                continue;
            }

            var name = CleanName(entry.Name);
            if (entry.Length > remaining)
            {
                throw TooLarge(limits);
            }

            if (entry.Length > limits.MaxFileSize)
            {
                throw new HelmException(Reasons.LimitExceeded, $"decompressed chart file \"{entry.Name}\" is larger than the maximum file size {limits.MaxFileSize}");
            }

            if (files.Count == limits.MaxFiles)
            {
                throw new HelmException(Reasons.LimitExceeded, $"chart has more than {limits.MaxFiles} files");
            }

            var data = new byte[entry.Length];
            entry.DataStream?.ReadExactly(data);
            remaining -= data.Length;
            files.Add(new ChartFile(name, ChartLoader.WithoutByteOrderMark(data)));
        }

        return files.Count > 0 ? files : throw new HelmException("no files in chart archive");
    }

    private static string CleanName(string original)
    {
        // Charts packed on Windows may have backslashes.
        var delimiter = original.Contains('\\', StringComparison.Ordinal) ? '\\' : '/';
        var first = original.IndexOf(delimiter, StringComparison.Ordinal);
        var name = first < 0 ? "" : original[(first + 1)..].Replace(delimiter, '/');
        if (name.StartsWith('/'))
        {
            throw new HelmException("chart illegally contains absolute paths");
        }

        name = GoPath.Clean(name);
        if (name == ".")
        {
            throw new HelmException($"chart illegally contains content outside the base directory: \"{original}\"");
        }

        if (name.StartsWith("..", StringComparison.Ordinal))
        {
            throw new HelmException("chart illegally references parent directory");
        }

        if (name.Length > 2 && char.IsAsciiLetter(name[0]) && name[1] == ':' && name[2] == '/')
        {
            throw new HelmException("chart contains illegally named files");
        }

        return string.Equals(first < 0 ? original : original[..first], "Chart.yaml", StringComparison.Ordinal)
            ? throw new HelmException("chart yaml not in base directory")
            : name;
    }

    private static HelmException TooLarge(ChartLimits limits) =>
        new(Reasons.LimitExceeded, $"decompressed chart is larger than the maximum size {limits.MaxChartSize}");

    /// <summary>Ends a decompression that gives more than it may: tar headers alone can be a bomb too.</summary>
    private sealed class BoundedStream(Stream inner, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _read += read;
            return _read > limit
                ? throw new HelmException(Reasons.LimitExceeded, $"the chart archive unpacks to more than {limit} bytes")
                : read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
