namespace GitOps.Git;

/// <summary>Stable reasons that only a Git source has.</summary>
public static class GitReasons
{
    /// <summary>A file that was to be read is a Git LFS pointer.</summary>
    public const string LfsPointer = "LfsPointer";

    /// <summary>The SSH host key is unknown, revoked or another one than expected.</summary>
    public const string HostKeyRefused = "HostKeyRefused";

    /// <summary>The server's TLS certificate is not trusted.</summary>
    public const string CertificateRefused = "CertificateRefused";

    /// <summary>The server refused a push for another reason than a branch that moved.</summary>
    public const string PushRefused = "PushRefused";
}
