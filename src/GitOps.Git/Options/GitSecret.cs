using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace GitOps.Git;

/// <summary>Where a secret is read from. It is read anew for each operation, so a rotated secret is picked up without a restart, and it is never printed.</summary>
/// <remarks>Thread-safe. In configuration it is a value (<c>"Password": "..."</c>) or names a file (<c>"Password": { "File": "/run/secrets/token" }</c>).</remarks>
public sealed class GitSecret
{
    private const int MaxLength = 1024 * 1024;

    private readonly Func<CancellationToken, ValueTask<string?>>? _read;
    private readonly string? _origin;

    /// <summary>A secret in the file that <see cref="File"/> names.</summary>
    public GitSecret()
    {
    }

    private GitSecret(string origin, Func<CancellationToken, ValueTask<string?>> read)
    {
        _origin = origin;
        _read = read;
    }

    /// <summary>The file to read, for secrets that were not made from something else.</summary>
    public string? File { get; set; }

    /// <summary>A secret given as text.</summary>
    /// <param name="text">The secret; <see langword="null"/> for none.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator GitSecret?(string? text) => text is null ? null : FromText(text);

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
        return new GitSecret { File = path };
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
    public override string ToString() => _origin is not null ? $"secret from {_origin}" : $"secret from file '{File}'";

    internal async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        string? value;
        try
        {
            value = _read is not null ? await _read(cancellationToken).ConfigureAwait(false)
                : File is not null ? await ReadFileAsync(File, cancellationToken).ConfigureAwait(false)
                : null;
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
