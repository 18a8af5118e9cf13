namespace GitOps.Git;

/// <summary>Who signed, or why the signature does not count.</summary>
internal readonly record struct SignatureVerdict(string? Signer, string? Refusal)
{
    public static SignatureVerdict By(string signer) => new(signer, null);

    public static SignatureVerdict Refused(string why) => new(null, why);
}
