using System.Diagnostics.CodeAnalysis;

namespace GitOps;

/// <summary>
/// A revision of a source, written as Flux writes it (RFC-0005): <c>main@sha1:&lt;hex&gt;</c>, or <c>sha1:&lt;hex&gt;</c> without a name.
/// </summary>
/// <param name="Name">The human part: a branch, a tag, a full reference name; empty when pinned to a commit.</param>
/// <param name="Algorithm">The digest's algorithm: <c>sha1</c>, <c>sha256</c>.</param>
/// <param name="Digest">The digest in lower-case hex; it alone decides whether two revisions hold the same content.</param>
public sealed record Revision(string Name, string Algorithm, string Digest)
{
    /// <summary>The first twelve characters of the digest, for people.</summary>
    public string ShortDigest => Digest.Length > 12 ? Digest[..12] : Digest;

    /// <summary>Reads a revision.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The revision.</returns>
    /// <exception cref="FormatException">The text is no revision.</exception>
    public static Revision Parse(string text) =>
        TryParse(text, out var revision) ? revision : throw new FormatException($"'{text}' is not a revision: expected name@algorithm:digest or algorithm:digest.");

    /// <summary>Reads a revision.</summary>
    /// <param name="text">The text.</param>
    /// <param name="revision">The revision.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Revision? revision)
    {
        revision = null;
        if (text is null)
        {
            return false;
        }

        // A branch name may hold '@', a digest never does.
        var at = text.LastIndexOf('@');
        var rest = text.AsSpan(at + 1);
        var colon = rest.IndexOf(':');
        if (colon <= 0 || colon == rest.Length - 1 || at == 0)
        {
            return false;
        }

        revision = new Revision(at < 0 ? "" : text[..at], rest[..colon].ToString(), rest[(colon + 1)..].ToString());
        return true;
    }

    /// <summary>Whether two revisions hold the same content, whatever their names.</summary>
    /// <param name="other">The other.</param>
    /// <returns><see langword="true"/> when algorithm and digest agree.</returns>
    public bool SameContent(Revision? other) =>
        other is not null && string.Equals(Algorithm, other.Algorithm, StringComparison.Ordinal) && string.Equals(Digest, other.Digest, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name.Length == 0 ? $"{Algorithm}:{Digest}" : $"{Name}@{Algorithm}:{Digest}";
}
