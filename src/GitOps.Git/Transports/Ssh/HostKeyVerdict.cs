namespace GitOps.Git;

/// <summary>What <c>known_hosts</c> says of a host's key.</summary>
internal enum HostKeyVerdict
{
    /// <summary>The host is not in it.</summary>
    Unknown,

    /// <summary>The host is in it with this key.</summary>
    Trusted,

    /// <summary>The host is in it with other keys only.</summary>
    Changed,

    /// <summary>The key is revoked.</summary>
    Revoked,
}
