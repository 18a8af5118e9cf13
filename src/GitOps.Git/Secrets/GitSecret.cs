using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace GitOps.Git;

/// <summary>Where a secret is read from. It is read anew for each operation, so a rotated secret is picked up without a restart, and it is never printed.</summary>
/// <remarks>
/// Thread-safe. In configuration it is a value (<c>"Password": "..."</c>), or names a file (<c>"Password": { "File": "/run/secrets/token" }</c>) or a value of
/// a Kubernetes Secret (<c>"Password": { "SecretRef": { "Namespace": "flux-system", "Name": "fleet", "Key": "password" } }</c>).
/// </remarks>
public sealed class GitSecret
{
    private const int MaxLength = 1024 * 1024;

    private readonly Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>?>>? _read;
    private readonly string? _origin;

    /// <summary>A secret in the file that <see cref="File"/>, or the Kubernetes Secret that <see cref="SecretRef"/> names.</summary>
    public GitSecret()
    {
    }

    private GitSecret(string origin, Func<CancellationToken, ValueTask<ReadOnlyMemory<byte>?>> read)
    {
        _origin = origin;
        _read = read;
    }

    /// <summary>The file to read, for secrets that were not made from something else.</summary>
    public string? File { get; set; }

    /// <summary>The value of a Kubernetes Secret to read, for secrets that were not made from something else. Needs <c>UseKubernetes()</c>.</summary>
    public GitSecretReference? SecretRef { get; set; }

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
        return FromBytes("text", Encoding.UTF8.GetBytes(text));
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
        return From($"configuration key '{key}'", _ => ValueTask.FromResult(configuration[key]));
    }

    /// <summary>A secret in a stream. The stream is read to its end now: what it gives is kept.</summary>
    /// <param name="stream">The stream, UTF-8; it is left open.</param>
    /// <returns>The secret's origin.</returns>
    /// <exception cref="IOException">It holds more than a secret may have.</exception>
    public static GitSecret FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        var buffer = new byte[4096];
        while (stream.Read(buffer) is var read and > 0)
        {
            content.Write(buffer, 0, read);
            ThrowIfTooLong(content);
        }

        return FromBytes("stream", content.ToArray());
    }

    /// <summary>A secret in a stream that is opened for each operation.</summary>
    /// <param name="origin">Where it comes from, for messages; it must not hold the secret.</param>
    /// <param name="open">Opens the stream, UTF-8; it is closed after it was read.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromStream(string origin, Func<CancellationToken, ValueTask<Stream>> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        ArgumentNullException.ThrowIfNull(open);
        return new GitSecret(origin, async cancellationToken =>
        {
            var stream = await open(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            }
        });
    }

    /// <summary>A value of a Kubernetes Secret in the cluster that <c>UseKubernetes()</c> names.</summary>
    /// <param name="namespace">The Secret's namespace; <see langword="null"/> for the one the host lives in.</param>
    /// <param name="name">The Secret's name.</param>
    /// <param name="key">Which of its values.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromKubernetesSecret(string? @namespace, string name, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new GitSecret { SecretRef = new GitSecretReference { Namespace = @namespace, Name = name, Key = key } };
    }

    /// <summary>A value of a Kubernetes Secret, read by a reader at hand: for signers, which are not made by the host.</summary>
    /// <param name="reader">Reads the Secret.</param>
    /// <param name="namespace">The Secret's namespace; <see langword="null"/> for the one the host lives in.</param>
    /// <param name="name">The Secret's name.</param>
    /// <param name="key">Which of its values.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret FromKubernetesSecret(ISecretReader reader, string? @namespace, string name, string key)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(key);
        var reference = new GitSecretReference { Namespace = @namespace, Name = name, Key = key };
        return new GitSecret(reference.ToString(), cancellationToken => new SecretReading(reader).FindAsync(reference, key, cancellationToken));
    }

    /// <summary>A secret from anywhere else, for instance a vault.</summary>
    /// <param name="origin">Where it comes from, for messages; it must not hold the secret.</param>
    /// <param name="read">Reads it; called for each operation.</param>
    /// <returns>The secret's origin.</returns>
    public static GitSecret From(string origin, Func<CancellationToken, ValueTask<string?>> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(origin);
        ArgumentNullException.ThrowIfNull(read);
        return new GitSecret(origin, async cancellationToken => await read(cancellationToken).ConfigureAwait(false) is { } text ? Encoding.UTF8.GetBytes(text) : (ReadOnlyMemory<byte>?)null);
    }

    /// <summary>Where the secret comes from, never the secret.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"secret from {_origin ?? SecretRef?.ToString() ?? $"file '{File}'"}";

    internal ValueTask<string> ReadAsync(CancellationToken cancellationToken) => ReadAsync(new SecretReading(null), cancellationToken);

    internal async ValueTask<string> ReadAsync(SecretReading reading, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(reading, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes.Span[Encoding.UTF8.Preamble.Length..] : bytes.Span);
    }

    internal async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(SecretReading reading, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? value;
        try
        {
            value = _read is not null ? await _read(cancellationToken).ConfigureAwait(false)
                : SecretRef is { Key: { } key } ? await reading.FindAsync(SecretRef, key, cancellationToken).ConfigureAwait(false)
                : File is not null ? await ReadFileAsync(File, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, $"The {this} cannot be read: {exception.Message}", exception);
        }

        return value ?? throw new GitOpsException(Reasons.AuthenticationFailed, $"The {this} is not there.");
    }

    private static GitSecret FromBytes(string origin, byte[] content) => new(origin, _ => ValueTask.FromResult<ReadOnlyMemory<byte>?>(content));

    private static async ValueTask<ReadOnlyMemory<byte>> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 4096, FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            return await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // A stream need not know its length, and a file may be a pipe.
        using var content = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            content.Write(buffer, 0, read);
            ThrowIfTooLong(content);
        }

        return content.ToArray();
    }

    private static void ThrowIfTooLong(MemoryStream content)
    {
        if (content.Length > MaxLength)
        {
            throw new IOException($"It has more than the {MaxLength} bytes that a secret may have.");
        }
    }
}
