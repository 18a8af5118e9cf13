using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using GitOps.Helm.Charts;
using GitOps.Helm.Releases;
using GitOps.Helm.Rendering;

namespace GitOps.Helm;

/// <summary>A loaded chart with its subcharts: load once, render any number of times.</summary>
/// <remarks>Immutable and thread-safe. Parsed templates are kept with it.</remarks>
public sealed class HelmChart
{
    private HelmChart(Chart root, string digest)
    {
        Root = root;
        Digest = digest;
    }

    /// <summary>The chart's name.</summary>
    public string Name => Root.Name;

    /// <summary>The chart's version.</summary>
    public string Version => Root.Metadata.Version;

    /// <summary>The version of what the chart installs; empty when it does not say.</summary>
    public string AppVersion => Root.Metadata.AppVersion;

    /// <summary>One sentence about the chart.</summary>
    public string Description => Root.Metadata.Description;

    /// <summary>Whether the chart calls itself deprecated.</summary>
    public bool IsDeprecated => Root.Metadata.Deprecated;

    /// <summary>Whether the chart only lends templates to others and cannot be rendered itself.</summary>
    public bool IsLibrary => Root.Metadata.IsLibrary;

    /// <summary>The SHA-256 of the chart's files, in lower-case hex: same digest, same chart.</summary>
    public string Digest { get; }

    internal Chart Root { get; }

    internal ManifestHeads Heads { get; } = new();

    internal ConcurrentDictionary<string, ChartTemplates> Compiled { get; } = new(StringComparer.Ordinal);

    /// <summary>Loads a chart from a directory; .helmignore is obeyed.</summary>
    /// <param name="tree">The tree that holds it; nothing outside the tree is read.</param>
    /// <param name="directory">The chart's directory.</param>
    /// <param name="limits">How large it may be; <see langword="null"/> for Helm's limits.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="HelmException">There is no chart, it is malformed, or it is too large.</exception>
    public static HelmChart LoadDirectory(IFileTree tree, TreePath directory, ChartLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        limits ??= ChartLimits.Default;
        var files = ChartLoader.ReadDirectory(tree, directory, limits, cancellationToken);
        return Load(files, DigestOf(files), limits, cancellationToken);
    }

    /// <summary>Loads a packaged chart (.tgz).</summary>
    /// <param name="archive">The package.</param>
    /// <param name="limits">How large it may be once unpacked; <see langword="null"/> for Helm's limits.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="HelmException">The package is no chart, hostile, or too large.</exception>
    public static HelmChart LoadArchive(ReadOnlyMemory<byte> archive, ChartLimits? limits = null, CancellationToken cancellationToken = default)
    {
        limits ??= ChartLimits.Default;
        var files = ChartArchive.Read(archive, limits, cancellationToken);
        ChartLoader.CheckApiVersion(files);
        return Load(files, DigestOf(files), limits, cancellationToken);
    }

    internal static HelmChart Load(IReadOnlyList<ChartFile> files, string digest, ChartLimits limits, CancellationToken cancellationToken) =>
        new(ChartLoader.Load(files, limits, cancellationToken), digest);

    internal static string DigestOf(IReadOnlyList<ChartFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var file in files)
        {
            var name = Encoding.UTF8.GetBytes(file.Name);
            BitConverter.TryWriteBytes(length, name.Length);
            hash.AppendData(length);
            hash.AppendData(name);
            BitConverter.TryWriteBytes(length, (long)file.Data.Length);
            hash.AppendData(length);
            hash.AppendData(file.Data);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
