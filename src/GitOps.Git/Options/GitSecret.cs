using System.Text;
using Microsoft.Extensions.Configuration;

namespace GitOps.Git;

/// <summary>Where a secret is read from. It is read anew for each operation, so a rotated secret is picked up without a restart, and it is never printed.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class GitSecret
{
    private const int MaxLength = 1024 * 1024;

    private readonly Func<CancellationToken, ValueTask<string?>> _read;
    private readonly string _origin;

    private GitSecret(string origin, Func<CancellationToken, ValueTask<string?>> read)
    {
        _origin = origin;
        _read = read;
    }

    /// <summary>A secret given as text.</summary>
    /// <param name="text">The secret.</param>
    public static implicit operator GitSecret(string text) => FromText(text);

    /// <summary>A secret given as text.</summary>
    /// <param name="text">The secret.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new GitSecret("text", _ => ValueTask.FromResult<string?>(text));
    }

    /// <summary>A secret in a file, for instance one that Kubernetes mounts.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new GitSecret($"file '{path}'", cancellationToken => ReadFileAsync(path, cancellationToken));
    }

    /// <summary>A secret in the host's configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="key">The key.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromConfiguration(IConfiguration configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new GitSecret($"configuration key '{key}'", _ => ValueTask.FromResult(configuration[key]));
    }

    /// <summary>A secret from anywhere else: a vault, a Kubernetes Secret.</summary>
    /// <param name="origin">Where it comes from, for messages; it must not hold the secret.</param>
    /// <param name="read">Reads it; called for each operation.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret From(string origin, Func<CancellationToken, ValueTask<string?>> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        ArgumentNullException.ThrowIfNull(read);
        return new GitSecret(origin, read);
    }

    /// <summary>Where the secret comes from, never the secret.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"secret from {_origin}";

    internal async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        string? value;
        try
        {
            value = await _read(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"The {this} cannot be read: {exception.Message}", exception);
        }

        return value ?? throw new GitOpsException(Reasons.AuthenticationFailed, $"The {this} is not there.");
    }

    private static async ValueTask<string?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 4096, FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            if (stream.Length > MaxLength)
            {
                throw new IOException($"The file has {stream.Length} bytes, more than a secret may have ({MaxLength}).");
            }

            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
