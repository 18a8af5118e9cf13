using GitOps.Limits;

namespace GitOps.Kustomize.Loading;

/// <summary>What a build may fetch: nothing without a resolver.</summary>
/// <remarks>A build reads synchronously, so the renderer moves builds that may fetch to the thread pool, where waiting here blocks no one else.</remarks>
internal sealed class RemoteAccess
{
    private readonly IRemoteResolver? _resolver;
    private readonly CancellationToken _cancellationToken;

    public RemoteAccess(IRemoteResolver? resolver, CancellationToken cancellationToken)
    {
        _resolver = resolver;
        _cancellationToken = cancellationToken;
    }

    public bool IsAllowed => _resolver is not null;

    public IFileTree Fetch(RemoteReference reference)
    {
        if (_resolver is null)
        {
            throw new KustomizeException($"remote base '{reference.Text}' is refused: bring the files into the source and name them by a relative path, or enable remote bases");
        }

        var repository = new RemoteRepository(reference.CloneUrl, reference.Reference.Length == 0 ? null : reference.Reference, reference.Submodules, reference.Timeout);
        return Blocking.Wait(_resolver.FetchRepositoryAsync(repository, _cancellationToken));
    }

    public ReadOnlyMemory<byte> FetchFile(string url)
    {
        if (_resolver is null)
        {
            throw new KustomizeException($"remote file '{url}' is refused: bring the file into the source and name it by a relative path, or enable remote bases");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            throw new KustomizeException($"'{url}' is not a URL that can be fetched");
        }

        return Blocking.Wait(_resolver.FetchFileAsync(uri, _cancellationToken))
            ?? throw new KustomizeException(RemoteReference.IsRemote(url) ? $"'{url}' is a repository, not a file" : $"'{url}' cannot be fetched: the server has no such file");
    }
}
