using System.Security.Cryptography;

namespace GitOps.Git;

/// <summary>Checks SSH signatures against keys, allowed signers and revoked keys.</summary>
internal sealed class SshSignatureVerifier
{
    private const string Purpose = "git";

    private readonly List<AllowedSigner> _keys;
    private readonly List<AllowedSigner> _signers;
    private readonly SshRevocationList _revoked;

    public SshSignatureVerifier(IEnumerable<string> keys, string allowedSigners, ReadOnlySpan<byte> revoked)
    {
        try
        {
            _keys = [.. keys.SelectMany(AllowedSigner.ParseAuthorizedKeys)];
            _signers = [.. AllowedSigner.ParseAllowedSigners(allowedSigners)];
            _revoked = SshRevocationList.Parse(revoked);
        }
        catch (FormatException exception)
        {
            throw new GitOpsException(Reasons.VerificationFailed, $"The verification's keys cannot be read: {exception.Message}", exception);
        }
    }

    public SignatureVerdict Verify(string armored, byte[] payload, DateTimeOffset madeAt)
    {
        try
        {
            var signature = SshSignature.Parse(armored);
            if (signature.Namespace != Purpose)
            {
                return SignatureVerdict.Refused($"its SSH signature is for '{ReferenceAdvertisementReader.Printable(signature.Namespace)}', not for Git");
            }

            var certificate = SshCertificate.IsCertificate(signature.PublicKey) ? SshCertificate.Parse(signature.PublicKey) : null;
            var key = certificate?.PublicKey ?? signature.PublicKey;
            var shown = $"SSH key {SshPublicKey.Fingerprint(key)}";
            if (_revoked.IsRevoked(key, certificate))
            {
                return SignatureVerdict.Refused($"it is signed with {shown}, which is revoked");
            }

            var allowed = FindSigner(key, certificate, madeAt, out var refusal);
            if (allowed is null)
            {
                return SignatureVerdict.Refused($"it is signed with {shown}, {refusal ?? "which nobody allowed"}");
            }

            return SshPublicKey.Verify(key, signature.Signature, SshSignature.SignedData(signature.Namespace, signature.HashAlgorithm, payload))
                ? SignatureVerdict.By(allowed.Length == 0 ? shown : $"{shown} ({ReferenceAdvertisementReader.Printable(allowed)})")
                : SignatureVerdict.Refused($"the signature with {shown} is wrong: what was signed is not what is there");
        }
        catch (Exception exception) when (exception is InvalidDataException or CryptographicException or ArgumentException or OverflowException)
        {
            return SignatureVerdict.Refused($"its SSH signature cannot be checked: {exception.Message}");
        }
    }

    /// <returns>Whom the key belongs to, or null when nobody allowed it.</returns>
    private string? FindSigner(byte[] key, SshCertificate? certificate, DateTimeOffset madeAt, out string? refusal)
    {
        refusal = null;
        foreach (var signer in _keys.Where(s => s.Key.AsSpan().SequenceEqual(key)))
        {
            return signer.Principals;
        }

        // As Git asks ssh-keygen: the first line that is about the key says in whose name it signs, and then some line must allow that name to sign for Git.
        foreach (var signer in _signers)
        {
            var names = NamesOf(signer, key, certificate, madeAt, out var why);
            if (names.Count > 0)
            {
                return names.FirstOrDefault(n => IsAllowed(n, key, certificate, madeAt, ref why)) is { } name ? name : Refuse(out refusal, why);
            }

            refusal = why is null ? refusal : $"but {why}";
        }

        return null;

        static string? Refuse(out string? refusal, string? why)
        {
            refusal = why is null ? null : $"but {why}";
            return null;
        }
    }

    private bool IsAllowed(string name, byte[] key, SshCertificate? certificate, DateTimeOffset madeAt, ref string? refusal)
    {
        foreach (var signer in _signers.Where(s => s.IsFor(name)))
        {
            var names = NamesOf(signer, key, certificate, madeAt, out var why);
            why ??= signer.IsForPurpose(Purpose) ? null : "the key is not allowed for Git";
            if (why is null && names.Count > 0 && (certificate is null || names.Contains(name, StringComparer.Ordinal)))
            {
                return true;
            }

            refusal ??= why;
        }

        return false;
    }

    /// <summary>In whose name a line lets a key sign at a time. None when the line is about another key, or for a reason.</summary>
    private static IReadOnlyList<string> NamesOf(AllowedSigner signer, byte[] key, SshCertificate? certificate, DateTimeOffset madeAt, out string? refusal)
    {
        refusal = null;
        var isAbout = signer.IsAuthority
            ? certificate is not null && signer.Key.AsSpan().SequenceEqual(certificate.Authority)
            : certificate is null && signer.Key.AsSpan().SequenceEqual(key);
        if (!isAbout)
        {
            return [];
        }

        refusal = signer.RefuseAt(madeAt) ?? (signer.IsAuthority ? certificate!.Refuse(madeAt) : null);
        if (refusal is not null)
        {
            return [];
        }

        if (!signer.IsAuthority)
        {
            return [.. signer.Principals.Split(',').TakeWhile(p => p.Length > 0)];
        }

        var names = certificate!.Principals.Where(signer.IsFor).ToList();
        refusal = names.Count == 0 ? "the certificate is for nobody the authority is trusted for" : null;
        return names;
    }
}
