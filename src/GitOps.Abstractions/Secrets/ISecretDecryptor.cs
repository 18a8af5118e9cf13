namespace GitOps;

/// <summary>Decrypts secrets that are stored encrypted in the source.</summary>
/// <remarks>Implementations are thread-safe and never put a decrypted value into a message.</remarks>
public interface ISecretDecryptor
{
    /// <summary>Decrypts a file's content when it is encrypted.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The plain bytes; <paramref name="content"/> itself when it is not encrypted.</returns>
    /// <exception cref="GitOpsException">It is encrypted and cannot be decrypted, or its authentication code is wrong.</exception>
    ValueTask<ReadOnlyMemory<byte>> DecryptAsync(TreePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}
