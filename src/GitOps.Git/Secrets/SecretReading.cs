namespace GitOps.Git;

/// <summary>One reading of secrets, for one operation: a Kubernetes Secret that several values come from is read once, so that they belong together.</summary>
internal sealed class SecretReading(ISecretReader? reader)
{
    private readonly Dictionary<(string? Namespace, string Name), IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> _read = [];

    /// <summary>A value of a Kubernetes Secret; null when the Secret has no such key.</summary>
    /// <exception cref="GitOpsException">There is no such Secret, or it cannot be read.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(GitSecretReference reference, string key, CancellationToken cancellationToken)
    {
        if (!_read.TryGetValue((reference.Namespace, reference.Name), out var values))
        {
            if (reader is null)
            {
                throw new GitOpsException(Reasons.AuthenticationFailed, $"The {reference} cannot be read: the host has no cluster to read it from. Call UseKubernetes().");
            }

            values = await reader.ReadAsync(reference.Namespace, reference.Name, cancellationToken).ConfigureAwait(false)
                ?? throw new GitOpsException(Reasons.AuthenticationFailed, $"The {reference} is not there.");
            _read[(reference.Namespace, reference.Name)] = values;
        }

        return values.TryGetValue(key, out var value) ? value : (ReadOnlyMemory<byte>?)null;
    }
}
