using System.Security.Cryptography;

namespace GitOps.Git;

/// <summary>Checks SSH signatures against keys, allowed signers and revoked keys.</summary>
internal sealed class SshSignatureVerifier
{
    private const string Purpose = "git";

    private readonly List<AllowedSigner> _keys;
    private readonly List<AllowedSigner> _signers;
    private readonly List<byte[]> _revokedKeys = [];
    private readonly HashSet<string> _revokedFingerprints = new(StringComparer.Ordinal);

    public SshSignatureVerifier(IEnumerable<string> keys, string allowedSigners, string revoked)
    {
        try
        {
            _keys = [.. keys.SelectMany(AllowedSigner.ParseAuthorizedKeys)];
            _signers = [.. AllowedSigner.ParseAllowedSigners(allowedSigners)];
            foreach (var line in revoked.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
            {
                if (line.StartsWith("SHA256:", StringComparison.Ordinal))
                {
                    _revokedFingerprints.Add(line.Split(' ')[0].TrimEnd('='));
                }
                else
                {
                    _revokedKeys.AddRange(AllowedSigner.ParseAuthorizedKeys(line).Select(k => k.Key));
                }
            }
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
            if (IsRevoked(key) || (certificate is not null && IsRevoked(certificate.Authority)))
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

        foreach (var signer in _signers)
        {
            string? principal = null;
            string? why = null;
            if (signer.IsAuthority)
            {
                if (certificate is null || !signer.Key.AsSpan().SequenceEqual(certificate.Authority))
                {
                    continue;
                }

                why = certificate.Refuse(madeAt);
                principal = certificate.Principals.FirstOrDefault(signer.IsFor);
                why ??= principal is null ? "the certificate is for nobody the authority is trusted for" : null;
            }
            else if (signer.Key.AsSpan().SequenceEqual(key))
            {
                principal = signer.Principals;
            }
            else
            {
                continue;
            }

            why ??= signer.Refuse(Purpose, madeAt);
            if (why is null)
            {
                return principal;
            }

            refusal = $"but {why}";
        }

        return null;
    }

    private bool IsRevoked(byte[] key) => _revokedFingerprints.Contains(SshPublicKey.Fingerprint(key)) || _revokedKeys.Any(k => k.AsSpan().SequenceEqual(key));
}
