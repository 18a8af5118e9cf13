namespace GitOps.Git;

/// <summary>What a <see cref="GitRemoteResolver"/> may fetch, and how.</summary>
public sealed class GitRemoteResolverOptions
{
    /// <summary>The hosts that may be asked, by exact name; <c>*</c> allows every host. Local paths and <c>file://</c> are the host <c>localhost</c>.</summary>
    /// <value>Empty by default: nothing is fetched.</value>
    public ICollection<string> AllowedHosts { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds what a repository needs, such as credentials, to the options it is fetched with.</summary>
    public Action<GitSourceOptions>? Configure { get; set; }

    /// <summary>Makes the client for single files.</summary>
    /// <value>The default value is <see langword="null"/>: a client without credentials.</value>
    public Func<HttpClient>? CreateHttpClient { get; set; }

    /// <summary>How large a single file may be, in bytes.</summary>
    /// <value>The default value is 16 MiB.</value>
    public long MaxFileSize { get; set; } = 16L * 1024 * 1024;

    /// <summary>How long fetching a single file may take.</summary>
    /// <value>The default value is 30 seconds.</value>
    public TimeSpan FileTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
