namespace GitOps.Git;

/// <summary>Signs commits and tags.</summary>
public interface IGitSigner
{
    /// <summary>Makes an armored signature.</summary>
    /// <param name="payload">The bytes of the commit or tag.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The signature, ASCII-armored: OpenPGP or SSHSIG.</returns>
    ValueTask<string> SignAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default);
}
