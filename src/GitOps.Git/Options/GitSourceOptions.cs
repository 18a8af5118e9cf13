namespace GitOps.Git;

/// <summary>What a <see cref="GitSource"/> follows, and how it reaches it.</summary>
public sealed class GitSourceOptions
{
    /// <summary>
    /// The repository: <c>https://</c>, <c>http://</c>, <c>ssh://user@host:port/path</c>, <c>user@host:path</c>, <c>git://</c>, <c>file://</c> or a local path.
    /// Credentials do not belong in it: a URL with a password is refused.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>What to follow.</summary>
    /// <value>The default is the branch the server's <c>HEAD</c> names.</value>
    public GitReference Reference { get; set; } = new();

    /// <summary>How often to look for a new revision.</summary>
    /// <value>The default value is 1 minute.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the server may stay silent before an operation is given up. The whole of an operation is bounded by <see cref="GitLimits.OperationTime"/>.</summary>
    /// <value>The default value is 60 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What to authenticate with, and whom to trust. Read anew for each operation.</summary>
    public GitCredentials Credentials { get; set; } = new();

    /// <summary>Which signatures a revision must carry.</summary>
    /// <value>The default value is <see langword="null"/>: signatures are not looked at.</value>
    public GitVerification? Verification { get; set; }

    /// <summary>
    /// Rules in <c>.gitignore</c> grammar of what to leave out. They replace the built-in list (images, archives, CI files) and overrule the repository's
    /// <c>.sourceignore</c> files, which are read in every directory. The last rule that speaks of a path decides, also below a directory that an earlier one leaves out, as in Flux.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the built-in list, unless the repository has <c>.sourceignore</c> files.</value>
    public string? Ignore { get; set; }

    /// <summary>Whether to fetch submodules, with the same credentials when they live on the same host, and without any otherwise.</summary>
    /// <value>The default value is <see langword="false"/>: submodules show as entries that hold nothing.</value>
    public bool RecurseSubmodules { get; set; }

    /// <summary>Whether reading a Git LFS pointer hands the pointer out. The content it stands for is not in the repository, so that reading one is refused otherwise.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool AllowLfsPointers { get; set; }

    /// <summary>Where mirrors are kept. Several processes may share it.</summary>
    /// <value>The default value is <see langword="null"/>: <c>gitops/git</c> in the user's local application data.</value>
    public string? CacheDirectory { get; set; }

    /// <summary>The proxy for HTTP and SSH, for instance <c>http://proxy:3128</c> or <c>socks5://proxy:1080</c>. Its credentials are in <see cref="Credentials"/>.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: for HTTP what the environment variables <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c>
    /// say, none for SSH.
    /// </value>
    public Uri? Proxy { get; set; }

    /// <summary>Whether the server may answer the first request of an operation with a redirect. Credentials never follow to another host, and never from https to http.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool FollowRedirects { get; set; } = true;

    /// <summary>How often an idle SSH connection is kept alive.</summary>
    /// <value>The default value is 30 seconds.</value>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How old an advertisement of references may be to answer a probe without asking the server. Sources that follow the same repository with the same
    /// credentials share it.
    /// </summary>
    /// <value>The default value is zero: probes that come while one is under way share the next one.</value>
    public TimeSpan AdvertisementMaxAge { get; set; }

    /// <summary>The limits of what is accepted from the server.</summary>
    public GitLimits Limits { get; set; } = new();
}
