using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace GitOps.Git;

/// <summary>Checks OpenPGP signatures against key rings. Expiry and revocation of keys count as of now, as in GnuPG.</summary>
internal sealed class OpenPgpVerifier
{
    public const string Armor = "-----BEGIN PGP SIGNATURE-----";

    private const int SignFlag = 0x02;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly List<PgpPublicKeyRing> _rings = [];
    private readonly TimeProvider _timeProvider;

    public OpenPgpVerifier(IEnumerable<string> rings, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        foreach (var text in rings)
        {
            try
            {
                foreach (var block in Blocks(text))
                {
                    using var stream = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(block)));
                    _rings.AddRange(new PgpPublicKeyRingBundle(stream).GetKeyRings());
                }
            }
            catch (Exception exception) when (exception is PgpException or IOException or ArgumentException or InvalidCastException)
            {
                throw new GitOpsException(Reasons.VerificationFailed, "A key ring cannot be read: it must be ASCII-armored OpenPGP public keys.", exception);
            }
        }
    }

    public SignatureVerdict Verify(string armored, byte[] payload)
    {
        List<PgpSignature> signatures;
        try
        {
            signatures = Read(armored);
        }
        catch (Exception exception) when (exception is PgpException or IOException or ArgumentException or InvalidCastException or InvalidOperationException)
        {
            return SignatureVerdict.Refused("its OpenPGP signature cannot be read");
        }

        var refusal = "its OpenPGP signature is empty";
        foreach (var signature in signatures)
        {
            var verdict = Verify(signature, payload);
            if (verdict.Signer is not null)
            {
                return verdict;
            }

            refusal = verdict.Refusal!;
        }

        return SignatureVerdict.Refused(refusal);
    }

    /// <summary>Several armored keys often stand one after the other in one file.</summary>
    private static IEnumerable<string> Blocks(string text)
    {
        const string End = "-----END PGP PUBLIC KEY BLOCK-----";
        var from = 0;
        while (text.IndexOf(End, from, StringComparison.Ordinal) is var end and >= 0)
        {
            yield return text[from..(end + End.Length)] + "\n";
            from = end + End.Length;
        }

        if (from == 0)
        {
            yield return text;
        }
    }

    private static List<PgpSignature> Read(string armored)
    {
        using var stream = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(armored)));
        var factory = new PgpObjectFactory(stream);
        var signatures = new List<PgpSignature>();
        while (factory.NextPgpObject() is { } next)
        {
            if (next is PgpSignatureList list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    signatures.Add(list[i]);
                }
            }
        }

        return signatures;
    }

    private SignatureVerdict Verify(PgpSignature signature, byte[] payload)
    {
        var shown = $"OpenPGP key {unchecked((ulong)signature.KeyId):X16}";
        var ring = _rings.FirstOrDefault(r => r.GetPublicKey(signature.KeyId) is not null);
        if (ring is null)
        {
            return SignatureVerdict.Refused($"it is signed with {shown}, which is not in the key ring");
        }

        try
        {
            var key = ring.GetPublicKey(signature.KeyId);
            shown = $"OpenPGP key {Convert.ToHexString(key.GetFingerprint())}";
            if (signature.SignatureType is not (PgpSignature.BinaryDocument or PgpSignature.CanonicalTextDocument))
            {
                return SignatureVerdict.Refused($"the signature with {shown} is not one of a document");
            }

            if (signature.HashAlgorithm is HashAlgorithmTag.MD5 or HashAlgorithmTag.Sha1 or HashAlgorithmTag.MD2 or HashAlgorithmTag.RipeMD160)
            {
                return SignatureVerdict.Refused($"the signature with {shown} uses {signature.HashAlgorithm}, which is broken");
            }

            signature.InitVerify(key);
            signature.Update(payload);
            if (!signature.Verify())
            {
                return SignatureVerdict.Refused($"the signature with {shown} is wrong: what was signed is not what is there");
            }

            return (CheckTimes(signature, key) ?? CheckKey(ring, key)) is { } why
                ? SignatureVerdict.Refused($"the signature with {shown} is right, but {why}")
                : SignatureVerdict.By($"{shown}{UserOf(ring)}");
        }
        catch (Exception exception) when (exception is PgpException or Org.BouncyCastle.Security.SecurityUtilityException or ArgumentException or InvalidCastException or Org.BouncyCastle.Crypto.CryptoException)
        {
            return SignatureVerdict.Refused($"the signature with {shown} cannot be checked: {exception.Message}");
        }
    }

    private string? CheckTimes(PgpSignature signature, PgpPublicKey key)
    {
        var now = _timeProvider.GetUtcNow().UtcDateTime;
        if (signature.CreationTime > now + ClockSkew)
        {
            return "it was made in the future";
        }

        if (signature.CreationTime < key.CreationTime)
        {
            return "it is older than its key";
        }

        var hashed = signature.GetHashedSubPackets();
        return hashed.HasSignatureExpirationTime() && hashed.GetSignatureExpirationTime() is > 0 and var seconds && signature.CreationTime.AddSeconds(seconds) <= now
            ? "it has expired"
            : null;
    }

    /// <summary>Whether a key may sign now: what its owner certified of it, and whether it was revoked or has expired. Only what the master key signed counts.</summary>
    private string? CheckKey(PgpPublicKeyRing ring, PgpPublicKey key)
    {
        var master = ring.GetPublicKey();
        if (Own(master, master.GetSignaturesOfType(PgpSignature.KeyRevocation), s => s.VerifyCertification(master)).Any())
        {
            return "the key is revoked";
        }

        var certification = SelfCertifications(master).MaxBy(s => s.CreationTime);
        if (certification is null)
        {
            return "the key has no certification of its own";
        }

        if (IsExpired(master, certification))
        {
            return "the key has expired";
        }

        if (key.KeyId == master.KeyId)
        {
            return MaySign(certification) ? null : "the key is not for signing";
        }

        if (Own(master, key.GetSignaturesOfType(PgpSignature.SubkeyRevocation), s => s.VerifyCertification(master, key)).Any())
        {
            return "the subkey is revoked";
        }

        var binding = Own(master, key.GetSignaturesOfType(PgpSignature.SubkeyBinding), s => s.VerifyCertification(master, key)).MaxBy(s => s.CreationTime);
        if (binding is null)
        {
            return "the subkey is not bound to its key";
        }

        if (IsExpired(key, binding))
        {
            return "the subkey has expired";
        }

        if (!MaySign(binding))
        {
            return "the subkey is not for signing";
        }

        return IsBoundBack(master, key, binding) ? null : "the subkey does not confirm its key";
    }

    private static IEnumerable<PgpSignature> SelfCertifications(PgpPublicKey master)
    {
        foreach (var id in master.GetRawUserIds())
        {
            var own = new List<PgpSignature>();
            DateTime? revoked = null;
            foreach (var signature in master.GetSignaturesForId(id) ?? [])
            {
                if (signature.KeyId != master.KeyId)
                {
                    continue;
                }

                signature.InitVerify(master);
                if (!signature.VerifyCertification(Encoding.UTF8.GetString(id), master))
                {
                    continue;
                }

                if (signature.SignatureType == PgpSignature.CertificationRevocation)
                {
                    revoked = revoked is null || signature.CreationTime > revoked ? signature.CreationTime : revoked;
                }
                else
                {
                    own.Add(signature);
                }
            }

            foreach (var signature in own.Where(s => revoked is null || s.CreationTime > revoked))
            {
                yield return signature;
            }
        }

        foreach (var signature in Own(master, master.GetSignaturesOfType(PgpSignature.DirectKey), s => s.VerifyCertification(master)))
        {
            yield return signature;
        }
    }

    private static IEnumerable<PgpSignature> Own(PgpPublicKey master, IEnumerable<PgpSignature> signatures, Func<PgpSignature, bool> verify)
    {
        foreach (var signature in signatures)
        {
            if (signature.KeyId != master.KeyId)
            {
                continue;
            }

            signature.InitVerify(master);
            if (verify(signature))
            {
                yield return signature;
            }
        }
    }

    private bool IsExpired(PgpPublicKey key, PgpSignature certification)
    {
        var hashed = certification.GetHashedSubPackets();
        return hashed.HasKeyExpirationTime() && hashed.GetKeyExpirationTime() is > 0 and var seconds && key.CreationTime.AddSeconds(seconds) <= _timeProvider.GetUtcNow().UtcDateTime;
    }

    private static bool MaySign(PgpSignature certification)
    {
        var hashed = certification.GetHashedSubPackets();
        return !hashed.HasSubpacket(SignatureSubpacketTag.KeyFlags) || (hashed.GetKeyFlags() & SignFlag) != 0;
    }

    /// <summary>A subkey that signs must itself say that it belongs to its key, or anybody could adopt it.</summary>
    private static bool IsBoundBack(PgpPublicKey master, PgpPublicKey key, PgpSignature binding)
    {
        foreach (var packets in (ReadOnlySpan<PgpSignatureSubpacketVector?>)[binding.GetHashedSubPackets(), binding.GetUnhashedSubPackets()])
        {
            if (packets?.GetEmbeddedSignatures() is not { } embedded)
            {
                continue;
            }

            for (var i = 0; i < embedded.Count; i++)
            {
                if (embedded[i].SignatureType != PgpSignature.PrimaryKeyBinding)
                {
                    continue;
                }

                embedded[i].InitVerify(key);
                if (embedded[i].VerifyCertification(master, key))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string UserOf(PgpPublicKeyRing ring) => ring.GetPublicKey().GetUserIds().FirstOrDefault() is { } id ? $" ({ReferenceAdvertisementReader.Printable(id)})" : "";
}
