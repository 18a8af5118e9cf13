using System.Text;
using GitOps.Helm.Values;

namespace GitOps.Helm;

/// <summary>The index of a chart repository: which charts it has in which versions.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class HelmRepositoryIndex
{
    private readonly Dictionary<string, IReadOnlyList<HelmChartVersion>> _entries;

    private HelmRepositoryIndex(Dictionary<string, IReadOnlyList<HelmChartVersion>> entries) => _entries = entries;

    /// <summary>The names of the charts.</summary>
    public IReadOnlyCollection<string> Charts => _entries.Keys;

    /// <summary>Reads an index.</summary>
    /// <param name="yaml">The text of index.yaml; entries without name, version or a valid version are passed over.</param>
    /// <returns>The index.</returns>
    /// <exception cref="HelmException">The text is no index.</exception>
    public static HelmRepositoryIndex Parse(ReadOnlySpan<byte> yaml)
    {
        Node? root;
        try
        {
            root = YamlValues.ReadFirst(Encoding.UTF8.GetString(yaml).TrimStart('\uFEFF'));
        }
        catch (HelmException e)
        {
            throw new HelmException(Reasons.FetchFailed, $"the repository's index cannot be read: {e.Message}", e);
        }

        if (root is not MapNode index)
        {
            throw new HelmException(Reasons.FetchFailed, "the repository's index is empty or no map: is this the address of a chart repository?");
        }

        if (string.IsNullOrEmpty(index.GetString("apiVersion")))
        {
            throw new HelmException(Reasons.FetchFailed, "no API version specified in the repository's index");
        }

        var entries = new Dictionary<string, IReadOnlyList<HelmChartVersion>>(StringComparer.Ordinal);
        foreach (var entry in index.GetMap("entries") ?? [])
        {
            if (entry.Value is ListNode versions)
            {
                entries[entry.Key] = [.. versions.OfType<MapNode>()
                    .Select(v => Read(entry.Key, v))
                    .OfType<HelmChartVersion>()
                    .OrderByDescending(v => SemVersion.Parse(v.Version))];
            }
        }

        return new HelmRepositoryIndex(entries);
    }

    /// <summary>The versions of a chart, newest first; empty when the repository does not have it.</summary>
    /// <param name="chart">The chart's name.</param>
    /// <returns>The versions.</returns>
    public IReadOnlyList<HelmChartVersion> VersionsOf(string chart) => _entries.GetValueOrDefault(chart) ?? [];

    /// <summary>Finds the newest version of a chart in a range.</summary>
    /// <param name="chart">The chart's name.</param>
    /// <param name="version">A version or a range; empty for the newest release.</param>
    /// <returns>The version.</returns>
    /// <exception cref="HelmException">The repository has no such chart or version, or the range is malformed.</exception>
    public HelmChartVersion Find(string chart, string version = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(chart);
        ArgumentNullException.ThrowIfNull(version);
        var versions = VersionsOf(chart);
        if (versions.Count == 0)
        {
            throw new HelmException(Reasons.NotFound, $"no chart name found: the repository has no chart '{chart}'");
        }

        // A version that is there as written wins over what it would mean as a range.
        if (version.Length > 0 && versions.FirstOrDefault(v => string.Equals(v.Version, version, StringComparison.Ordinal)) is { } exact)
        {
            return exact;
        }

        if (!SemVerConstraint.TryParse(version.Length == 0 ? "*" : version, out var range))
        {
            throw new HelmException(Reasons.NotFound, $"improper constraint: '{version}' is neither a version nor a range of versions");
        }

        return versions.FirstOrDefault(v => range.Matches(SemVersion.Parse(v.Version)))
            ?? throw new HelmException(Reasons.NotFound, $"no chart version found for {chart}-{version}");
    }

    private static HelmChartVersion? Read(string name, MapNode map)
    {
        var version = map.GetString("version");
        if (!SemVersion.TryParse(version, out _))
        {
            return null;
        }

        return new HelmChartVersion(map.GetString("name") ?? name, version, [.. (map.GetList("urls") ?? []).OfType<ScalarNode>().Select(u => u.Text)])
        {
            AppVersion = map.GetString("appVersion") ?? "",
            Digest = map.GetString("digest") ?? "",
            Created = map.GetString("created") ?? "",
            Deprecated = map["deprecated"] is ScalarNode deprecated && deprecated.AsBoolean(),
        };
    }
}
