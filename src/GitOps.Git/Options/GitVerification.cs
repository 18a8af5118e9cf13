namespace GitOps.Git;

/// <summary>Which signatures a revision must carry, and by whom. A revision that does not pass is refused, and the last good one stays.</summary>
public sealed class GitVerification
{
    /// <summary>Which object must be signed.</summary>
    /// <value>The default value is <see cref="GitVerificationMode.Head"/>.</value>
    public GitVerificationMode Mode { get; set; } = GitVerificationMode.Head;

    /// <summary>OpenPGP public keys, ASCII-armored, one or more in each.</summary>
    public IList<GitSecret> OpenPgpKeys { get; init; } = [];

    /// <summary>SSH public keys, lines of an <c>authorized_keys</c> file.</summary>
    public IList<GitSecret> SshKeys { get; init; } = [];

    /// <summary>SSH signers in the format of OpenSSH's <c>allowed_signers</c>, with principals, namespaces, validity and certificate authorities.</summary>
    public GitSecret? AllowedSigners { get; set; }

    /// <summary>
    /// SSH keys and certificates that are never accepted: OpenSSH's key revocation list (<c>ssh-keygen -k</c>), as a file or in base64, or text with one public
    /// key or <c>SHA256:</c> fingerprint in each line.
    /// </summary>
    public GitSecret? RevokedSshKeys { get; set; }
}
