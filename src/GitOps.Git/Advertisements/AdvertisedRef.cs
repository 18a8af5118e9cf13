namespace GitOps.Git;

/// <summary>One advertised reference.</summary>
/// <param name="Name">The full name.</param>
/// <param name="ObjectId">The object it names, in hex.</param>
/// <param name="PeeledId">The object behind it when it names an annotated tag.</param>
internal sealed record AdvertisedRef(string Name, string ObjectId, string? PeeledId)
{
    public string CommitId => PeeledId ?? ObjectId;
}
