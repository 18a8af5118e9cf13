using System.Diagnostics.CodeAnalysis;

namespace GitOps.Git;

/// <summary>What a server says it has: each reference with the object it names, and the commit behind an annotated tag.</summary>
internal sealed class RefAdvertisement(IReadOnlyDictionary<string, AdvertisedRef> references, string? headTarget)
{
    public IReadOnlyDictionary<string, AdvertisedRef> References => references;

    /// <summary>The branch that <c>HEAD</c> names, as a full name.</summary>
    public string? HeadTarget => headTarget;

    /// <summary>The bytes it was read from, when they are few enough to be kept.</summary>
    public ReadOnlyMemory<byte>? Raw { get; private init; }

    public RefAdvertisement With(byte[] raw) => new(references, headTarget) { Raw = raw };

    public bool TryGet(string name, [NotNullWhen(true)] out AdvertisedRef? reference) => references.TryGetValue(name, out reference);
}
