using System.Collections.Concurrent;

namespace GitOps.Helm.Releases;

/// <summary>
/// The heads of a chart's larger documents, by their text: most of what a chart renders (CRDs above all) is the same from one render to the next,
/// and reading it as YAML is most of the work. Thread-safe.
/// </summary>
internal sealed class ManifestHeads
{
    private const int MinLength = 1024;
    private const long MaxKept = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ManifestHead> _heads = new(StringComparer.Ordinal);
    private long _kept;

    /// <summary>Reads the head of a document, or finds it read.</summary>
    /// <exception cref="HelmException">The text is no YAML object.</exception>
    public ManifestHead Read(string document)
    {
        if (document.Length < MinLength)
        {
            return ManifestHead.Read(document, out _);
        }

        if (_heads.TryGetValue(document, out var known))
        {
            return known;
        }

        var head = ManifestHead.Read(document, out _);
        if (Interlocked.Add(ref _kept, document.Length) <= MaxKept)
        {
            _heads.TryAdd(document, head);
        }
        else
        {
            Interlocked.Add(ref _kept, -document.Length);
        }

        return head;
    }
}
