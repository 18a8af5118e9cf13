using System.Net;

namespace GitOps.Git;

/// <summary>Fetches the remote bases of kustomizations from Git repositories, and single files over HTTP, from the hosts that are allowed.</summary>
/// <remarks>Thread-safe. Repositories are mirrored as those of sources are, so that a base costs one look at its reference when it has not moved.</remarks>
public sealed class GitRemoteResolver : IRemoteResolver, IDisposable
{
    private const int CommitLength = 40;

    private readonly GitRemoteResolverOptions _options;
    private readonly GitRepositoryPool _pool;
    private readonly bool _ownsPool;
    private readonly Lazy<HttpClient> _client;

    /// <summary>Makes a resolver.</summary>
    /// <param name="options">What may be fetched, and how.</param>
    /// <param name="pool">What it shares with sources; one of its own when <see langword="null"/>.</param>
    public GitRemoteResolver(GitRemoteResolverOptions options, GitRepositoryPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _ownsPool = pool is null;
        _pool = pool ?? new GitRepositoryPool();
        _client = new Lazy<HttpClient>(options.CreateHttpClient ?? CreateClient);
    }

    /// <inheritdoc/>
    public async ValueTask<IFileTree> FetchRepositoryAsync(RemoteRepository repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var url = repository.Url.StartsWith("github.com:", StringComparison.OrdinalIgnoreCase) ? $"git@{repository.Url}" : repository.Url;
        var host = GitAddress.Parse(url).Host;
        Allow(host.Length == 0 ? "localhost" : host, repository.Url);
        if (repository.Reference is not { Length: > 0 } reference)
        {
            return await FetchAsync(repository, url, new GitReference(), cancellationToken).ConfigureAwait(false);
        }

        if (reference.Length == CommitLength && reference.All(char.IsAsciiHexDigit))
        {
            return await FetchAsync(repository, url, new GitReference { Commit = reference.ToLowerInvariant() }, cancellationToken).ConfigureAwait(false);
        }

        if (reference.StartsWith("refs/", StringComparison.Ordinal))
        {
            return await FetchAsync(repository, url, new GitReference { Name = reference }, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await FetchAsync(repository, url, new GitReference { Tag = reference }, cancellationToken).ConfigureAwait(false);
        }
        catch (GitOpsException e) when (e.Reason == Reasons.NotFound)
        {
            // Git looks at tags first and at branches then.
            return await FetchAsync(repository, url, new GitReference { Branch = reference }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> FetchFileAsync(Uri file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.Scheme is not ("https" or "http"))
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{file.GetLeftPart(UriPartial.Path)}: single files are fetched over https or http only.");
        }

        Allow(file.Host, file.GetLeftPart(UriPartial.Path));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.FileTimeout);
        try
        {
            using var response = await _client.Value.GetAsync(file, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            return await ReadAsync(file, response, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitOpsException(Reasons.Timeout, $"{file.GetLeftPart(UriPartial.Path)}: not fetched within {_options.FileTimeout.TotalSeconds:0} seconds.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new GitOpsException(Reasons.FetchFailed, $"{file.GetLeftPart(UriPartial.Path)}: cannot be fetched: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated && _options.CreateHttpClient is null)
        {
            _client.Value.Dispose();
        }

        if (_ownsPool)
        {
            _pool.Dispose();
        }
    }

    // A redirect could lead to a host that is not allowed.
    private static HttpClient CreateClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All }) { Timeout = Timeout.InfiniteTimeSpan };

    private async Task<IFileTree> FetchAsync(RemoteRepository repository, string url, GitReference reference, CancellationToken cancellationToken)
    {
        var options = new GitSourceOptions
        {
            Url = url,
            Reference = reference,
            RecurseSubmodules = repository.Submodules,
            Timeout = repository.Timeout,
            FollowRedirects = false,

            // A base is taken as it is.
            Ignore = "",
        };
        _options.Configure?.Invoke(options);
        using var source = new GitSource(options, _pool);
        var revision = await source.ProbeAsync(cancellationToken).ConfigureAwait(false);
        return (await source.FetchAsync(revision, cancellationToken).ConfigureAwait(false)).Tree;
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Uri file, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                content.Write(buffer.AsSpan(0, read));
                if (content.Length > _options.MaxFileSize)
                {
                    throw new GitOpsException(Reasons.LimitExceeded, $"{file.GetLeftPart(UriPartial.Path)}: the file has more than {_options.MaxFileSize} bytes.");
                }
            }

            return content.ToArray();
        }
    }

    private void Allow(string host, string url)
    {
        if (!_options.AllowedHosts.Contains(host) && !_options.AllowedHosts.Contains("*"))
        {
            throw new GitOpsException(Reasons.Forbidden, $"{url}: the host '{host}' is not among the allowed hosts of remote bases.");
        }
    }
}
