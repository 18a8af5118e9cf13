using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Git;

/// <summary>
/// What sources share: one mirror per repository, one connection and one list of references per repository and credentials. A host has one pool.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class GitRepositoryPool : IDisposable
{
    private static readonly TimeSpan IdleConnection = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, GitMirror> _mirrors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, GitConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _swept = new(StringComparer.Ordinal);
    private readonly ILogger _logger;

    /// <summary>Makes a pool.</summary>
    /// <param name="timeProvider">The clock; the system's when <see langword="null"/>.</param>
    /// <param name="logger">Where rebuilt mirrors are told; nowhere when <see langword="null"/>.</param>
    /// <param name="secrets">Reads the Kubernetes Secrets that credentials name; without it none can be named.</param>
    public GitRepositoryPool(TimeProvider? timeProvider = null, ILogger<GitRepositoryPool>? logger = null, ISecretReader? secrets = null)
    {
        Secrets = secrets;
        TimeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<GitRepositoryPool>.Instance;
        GitRuntime.EnsureInitialized();
    }

    internal TimeProvider TimeProvider { get; }

    internal ISecretReader? Secrets { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }

        _connections.Clear();
        _mirrors.Clear();
    }

    internal ValueTask<ResolvedCredentials> ReadAsync(GitCredentials credentials, GitAddress address, CancellationToken cancellationToken) =>
        ResolvedCredentials.ReadAsync(credentials, address.Protocol, Secrets, cancellationToken);

    internal GitMirror MirrorOf(GitAddress address, string? cacheDirectory)
    {
        var cache = Path.GetFullPath(cacheDirectory ?? DefaultCacheDirectory());
        if (_swept.TryAdd(cache, true))
        {
            new CacheSweep(cache, TimeProvider).RemoveUnused();
        }

        return _mirrors.GetOrAdd(Path.Combine(cache, address.Slug), path => new GitMirror(path, TimeProvider, _logger));
    }

    internal GitConnection ConnectionOf(GitAddress address, ResolvedCredentials credentials, GitSourceOptions options)
    {
        var key = $"{address.Display}\n{options.Proxy}\n{options.FollowRedirects}\n{credentials.Fingerprint}";
        CloseIdle(options);
        var connection = _connections.GetOrAdd(key, _ => new GitConnection(GitConnectors.Create(address, credentials, options, TimeProvider), TimeProvider));
        connection.LastUsed = TimeProvider.GetTimestamp();
        return connection;
    }

    /// <summary>Credentials that were rotated leave connections behind. One that was idle for longer than an operation may take is in nobody's hands.</summary>
    private void CloseIdle(GitSourceOptions options)
    {
        var longest = options.Limits.OperationTime * 2;
        var idle = longest > IdleConnection ? longest : IdleConnection;
        foreach (var (key, connection) in _connections)
        {
            if (TimeProvider.GetElapsedTime(connection.LastUsed) > idle && _connections.TryRemove(new KeyValuePair<string, GitConnection>(key, connection)))
            {
                connection.Dispose();
            }
        }
    }

    private static string DefaultCacheDirectory()
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "gitops", "git");
    }
}
