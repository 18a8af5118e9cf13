using System.Text;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace GitOps.Git;

/// <summary>Signs with an OpenPGP key.</summary>
/// <param name="privateKey">The private key, ASCII-armored; read anew for each signature.</param>
/// <param name="passphrase">Its passphrase.</param>
public sealed class OpenPgpSigner(GitSecret privateKey, GitSecret? passphrase = null) : IGitSigner
{
    private const int SignFlag = 0x02;

    private volatile UnlockedKey? _unlocked;

    /// <inheritdoc/>
    public async ValueTask<string> SignAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        var text = await privateKey.ReadAsync(cancellationToken).ConfigureAwait(false);
        var secret = passphrase is null ? "" : (await passphrase.ReadAsync(cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n');
        try
        {
            // Deriving a key from a passphrase is slow on purpose: once is enough as long as both stay the same.
            var unlocked = _unlocked;
            if (unlocked is null || unlocked.Text != text || unlocked.Passphrase != secret)
            {
                unlocked = Unlock(text, secret);
                _unlocked = unlocked;
            }

            return Sign(unlocked.Key, unlocked.PrivateKey, payload.Span);
        }
        catch (Exception exception) when (exception is PgpException or IOException or ArgumentException or InvalidCastException)
        {
            throw new GitOpsException(Reasons.AuthenticationFailed, "The OpenPGP signing key cannot be read, or its passphrase is missing or wrong.");
        }
    }

    private static UnlockedKey Unlock(string text, string passphrase)
    {
        using var decoded = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(text)));
        var key = new PgpSecretKeyRing(decoded).GetSecretKeys().Where(CanSign).LastOrDefault() ?? throw new PgpException("no signing key");
        return new UnlockedKey(text, passphrase, key, key.ExtractPrivateKeyUtf8(passphrase.ToCharArray()));
    }

    private sealed record UnlockedKey(string Text, string Passphrase, PgpSecretKey Key, PgpPrivateKey PrivateKey)
    {
        public override string ToString() => "key";
    }

    private static bool CanSign(PgpSecretKey key) => key.IsSigningKey && !key.IsPrivateKeyEmpty && ((Flags(key) ?? SignFlag) & SignFlag) != 0;

    /// <summary>What the newest certification says the key is for.</summary>
    private static int? Flags(PgpSecretKey key) =>
        key.PublicKey.GetSignatures()
            .Where(s => s.HasSubpackets && s.GetHashedSubPackets() is { } packets && packets.HasSubpacket(SignatureSubpacketTag.KeyFlags))
            .OrderBy(s => s.CreationTime)
            .Select(s => (int?)s.GetHashedSubPackets().GetKeyFlags())
            .LastOrDefault();

    private static string Sign(PgpSecretKey key, PgpPrivateKey privateKey, ReadOnlySpan<byte> payload)
    {
        var generator = new PgpSignatureGenerator(key.PublicKey.Algorithm, HashAlgorithmTag.Sha512);
        generator.InitSign(PgpSignature.BinaryDocument, privateKey);
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetIssuerFingerprint(false, key);
        generator.SetHashedSubpackets(packets.Generate());
        generator.Update(payload);
        using var output = new MemoryStream();
        using (var armor = new ArmoredOutputStream(output, false))
        {
            generator.Generate().Encode(armor);
        }

        return Encoding.ASCII.GetString(output.ToArray()).ReplaceLineEndings("\n");
    }
}
