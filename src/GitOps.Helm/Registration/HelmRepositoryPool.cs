using Microsoft.Extensions.Options;

namespace GitOps.Helm;

/// <summary>The chart repositories of the host, by name.</summary>
internal sealed class HelmRepositoryPool : IDisposable
{
    private readonly IOptionsMonitor<HelmRepositorySourceOptions> _options;
    private readonly IReadOnlyList<string> _names;
    private readonly Dictionary<string, Lazy<HelmRepository>> _repositories;

    public HelmRepositoryPool(IOptionsMonitor<HelmRepositorySourceOptions> options, IEnumerable<KnownHelmRepository> known, ISecretReader? secrets = null)
    {
        _options = options;
        _names = [.. known.Select(k => k.Name).Order(StringComparer.Ordinal)];
        _repositories = _names.ToDictionary(n => n, n => new Lazy<HelmRepository>(() => new HelmRepository(n, options.Get(n), secrets)), StringComparer.Ordinal);
    }

    /// <summary>Mistakes in the options of the repositories.</summary>
    public IEnumerable<string> Check() => _names.SelectMany(n => _options.Get(n).Validate().Select(e => $"HelmRepository '{n}': {e}"));

    /// <summary>The source of the chart that a release takes from a repository; null when its files are in an ordinary source.</summary>
    public SourceRegistration? FindSource(string release, HelmReleaseOptions options) => options.Chart is { Length: > 0 } || _repositories.ContainsKey(options.Source ?? "")
        ? new SourceRegistration($"{release}-chart", "HelmRepository", _ => Define(options))
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var repository in _repositories.Values.Where(r => r.IsValueCreated))
        {
            repository.Value.Dispose();
        }
    }

    private SourceDefinition Define(HelmReleaseOptions options)
    {
        var name = options.Source ?? "";
        var repository = _repositories.GetValueOrDefault(name);
        var settings = repository is null ? new HelmRepositorySourceOptions() : _options.Get(name);
        return new SourceDefinition
        {
            Source = () => new HelmRepositorySource(repository!.Value, options.Chart!, options.Version ?? ""),
            Interval = settings.Interval,

            // A fetch may have to look at the index before it downloads the chart.
            Timeout = 2 * settings.Timeout,
            Errors = repository is null ? [$"Chart '{options.Chart}' is to come from the Helm repository '{name}', which is not registered{Known()}"]
                : string.IsNullOrEmpty(options.Chart) ? [$"'{name}' is a Helm repository: set Chart to the chart that is wanted from it."]
                : [],
        };
    }

    private string Known() => _names.Count == 0 ? "; none is. Call AddHelmRepository." : $"; known are: {string.Join(", ", _names)}.";
}
