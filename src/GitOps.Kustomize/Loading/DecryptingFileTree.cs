using GitOps.Limits;

namespace GitOps.Kustomize.Loading;

/// <summary>Decrypts files as they are read.</summary>
/// <remarks>A build reads synchronously, so the renderer moves builds with decryption to the thread pool, where waiting here blocks no one else.</remarks>
internal sealed class DecryptingFileTree : IFileTree
{
    private readonly IFileTree _inner;
    private readonly ISecretDecryptor _decryptor;
    private readonly CancellationToken _cancellationToken;

    public DecryptingFileTree(IFileTree inner, ISecretDecryptor decryptor, CancellationToken cancellationToken)
    {
        _inner = inner;
        _decryptor = decryptor;
        _cancellationToken = cancellationToken;
    }

    public TreeEntry? Find(TreePath path) => _inner.Find(path);

    public IReadOnlyList<TreeEntry> List(TreePath directory) => _inner.List(directory);

    public ReadOnlyMemory<byte> Read(TreePath file)
    {
        return Blocking.Wait(_decryptor.DecryptAsync(file, _inner.Read(file), _cancellationToken));
    }
}
