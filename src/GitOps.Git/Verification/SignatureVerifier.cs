using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Checks that a revision carries the signatures a source asks for.</summary>
internal sealed class SignatureVerifier
{
    private readonly GitVerificationMode _mode;
    private readonly OpenPgpVerifier _openPgp;
    private readonly SshSignatureVerifier _ssh;

    private SignatureVerifier(GitVerificationMode mode, OpenPgpVerifier openPgp, SshSignatureVerifier ssh)
    {
        _mode = mode;
        _openPgp = openPgp;
        _ssh = ssh;
    }

    public static async ValueTask<SignatureVerifier> CreateAsync(GitVerification verification, TimeProvider timeProvider, SecretReading reading, CancellationToken cancellationToken)
    {
        var rings = new List<string>();
        foreach (var key in verification.OpenPgpKeys)
        {
            rings.Add(await key.ReadAsync(reading, cancellationToken).ConfigureAwait(false));
        }

        var keys = new List<string>();
        foreach (var key in verification.SshKeys)
        {
            keys.Add(await key.ReadAsync(reading, cancellationToken).ConfigureAwait(false));
        }

        var allowed = verification.AllowedSigners is null ? "" : await verification.AllowedSigners.ReadAsync(reading, cancellationToken).ConfigureAwait(false);
        var revoked = verification.RevokedSshKeys is null ? default : await verification.RevokedSshKeys.ReadBytesAsync(reading, cancellationToken).ConfigureAwait(false);
        return new SignatureVerifier(verification.Mode, new OpenPgpVerifier(rings, timeProvider), new SshSignatureVerifier(keys, allowed, revoked.Span));
    }

    /// <summary>Checks a revision.</summary>
    /// <param name="repository">Where its objects are.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="tagId">The annotated tag that leads to it, if any.</param>
    /// <returns>Who signed it.</returns>
    /// <exception cref="GitOpsException">It is unsigned, or by nobody who may.</exception>
    public string Verify(Repository repository, Commit commit, string? tagId)
    {
        var signers = new List<string>();
        if (_mode is GitVerificationMode.Tag or GitVerificationMode.TagAndHead)
        {
            var tag = tagId is null ? null : repository.Lookup<TagAnnotation>(tagId);
            if (tag is null)
            {
                throw new GitOpsException(Reasons.VerificationFailed, "The reference does not lead to an annotated tag, which alone can be signed.");
            }

            if (tag.Target.Id != commit.Id)
            {
                throw new GitOpsException(Reasons.VerificationFailed, $"The tag '{tag.Name}' is for another object than commit {commit.Sha[..12]}.");
            }

            signers.Add(Verify(SignedObjectReader.ReadTag(tag)));
        }

        if (_mode is GitVerificationMode.Head or GitVerificationMode.TagAndHead)
        {
            signers.Add(Verify(SignedObjectReader.ReadCommit(repository, commit)));
        }

        return string.Join(", ", signers.Distinct(StringComparer.Ordinal));
    }

    public string Verify(SignedObject signed)
    {
        var verdict = signed.Signature switch
        {
            null => SignatureVerdict.Refused("it is not signed"),
            var s when s.StartsWith(SshSignature.Armor, StringComparison.Ordinal) => _ssh.Verify(s, signed.Payload, signed.MadeAt),
            var s when s.StartsWith(OpenPgpVerifier.Armor, StringComparison.Ordinal) => _openPgp.Verify(s, signed.Payload),
            var s when s.StartsWith("-----BEGIN SIGNED MESSAGE-----", StringComparison.Ordinal) => SignatureVerdict.Refused("it has an X.509 signature, which is not supported"),
            _ => SignatureVerdict.Refused("its signature is of a kind that is not known"),
        };
        return verdict.Signer ?? throw new GitOpsException(Reasons.VerificationFailed, $"The {signed.What} is refused: {verdict.Refusal}.");
    }
}
