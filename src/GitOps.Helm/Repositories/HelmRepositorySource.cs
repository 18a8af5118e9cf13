using System.Security.Cryptography;
using System.Text;
using GitOps.Helm.Charts;

namespace GitOps.Helm;

/// <summary>One chart of a repository as a source: the newest version in a range, its files at the root of the tree.</summary>
/// <remarks>Thread-safe. A registry of another kind (OCI) is another <see cref="ISource"/> that hands out the same tree.</remarks>
public sealed class HelmRepositorySource : ISource, IDisposable
{
    private readonly HelmRepositoryClient? _own;
    private readonly Func<CancellationToken, ValueTask<HelmRepositoryClient>> _connect;
    private readonly ChartLimits _limits;
    private readonly string _chart;
    private readonly string _version;
    private readonly Lock _lock = new();
    private (Revision Revision, HelmChartVersion Version)? _last;

    /// <summary>Makes a source.</summary>
    /// <param name="options">How the repository is reached.</param>
    /// <param name="chart">The chart's name.</param>
    /// <param name="version">A version or a range; empty for the newest release.</param>
    public HelmRepositorySource(HelmRepositoryOptions options, string chart, string version = "")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(chart);
        ArgumentNullException.ThrowIfNull(version);
        var client = new HelmRepositoryClient(options);
        _own = client;
        _connect = _ => ValueTask.FromResult(client);
        _limits = options.Limits;
        _chart = chart;
        _version = version;
    }

    /// <summary>Makes a source of a repository that several sources share; its credentials may change while the host runs.</summary>
    internal HelmRepositorySource(HelmRepository repository, string chart, string version)
    {
        _connect = repository.ConnectAsync;
        _limits = ChartLimits.Default;
        _chart = chart;
        _version = version;
    }

    /// <inheritdoc/>
    public async ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken)
    {
        var client = await _connect(cancellationToken).ConfigureAwait(false);
        var index = await client.GetIndexAsync(cancellationToken).ConfigureAwait(false);
        var found = index.Find(_chart, _version);
        var revision = RevisionOf(found);
        lock (_lock)
        {
            _last = (revision, found);
        }

        return revision;
    }

    /// <inheritdoc/>
    public async ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        var client = await _connect(cancellationToken).ConfigureAwait(false);
        var version = await FindAsync(client, revision, cancellationToken).ConfigureAwait(false);
        var archive = await client.DownloadAsync(version, cancellationToken).ConfigureAwait(false);
        var files = ChartArchive.Read(archive, _limits, cancellationToken);

        // Helm does not obey .helmignore in packages, and a directory of this tree must not either.
        return new Artifact(revision, new MemoryFileTree(files.Where(f => f.Name != IgnoreRules.FileName).DistinctBy(f => f.Name, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Name, (ReadOnlyMemory<byte>)f.Data))));
    }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    private static Revision RevisionOf(HelmChartVersion version)
    {
        var digest = version.Digest.StartsWith("sha256:", StringComparison.Ordinal) ? version.Digest["sha256:".Length..] : version.Digest;
        if (digest.Length != 64)
        {
            // An index without digests still says when and where: a package that is replaced gets another date.
            digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{version.Name}\n{version.Version}\n{version.Created}\n{string.Join('\n', version.Urls)}")));
        }

        return new Revision(version.Version, "sha256", digest.ToLowerInvariant());
    }

    private async ValueTask<HelmChartVersion> FindAsync(HelmRepositoryClient client, Revision revision, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_last is { } last && last.Revision == revision)
            {
                return last.Version;
            }
        }

        var index = await client.GetIndexAsync(cancellationToken).ConfigureAwait(false);
        return index.VersionsOf(_chart).FirstOrDefault(v => RevisionOf(v) == revision)
            ?? throw new HelmException(Reasons.NotFound, $"the repository no longer has chart {_chart} at revision {revision}");
    }
}
