using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace GitOps.Git.Tests.Verification;

/// <summary>Keys and signatures that gpg does not make, but somebody may: the signature itself is right each time.</summary>
public sealed class OpenPgpMadeKeyTests
{
    private const int Sign = 0x02, Certify = 0x01, Encrypt = 0x0c;

    private static readonly DateTime Made = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly byte[] Payload = "tree 0\n"u8.ToArray();
    private static readonly SecureRandom Random = new();
    private static readonly Lazy<PgpKeyPair> Master = new(MakePair);
    private static readonly Lazy<PgpKeyPair> Subkey = new(MakePair);

    [Theory]
    [InlineData(Sign, true, null)]
    [InlineData(Sign, false, "does not confirm its key")]
    [InlineData(Encrypt, true, "the subkey is not for signing")]
    public void Verify_Subkey_MustBeForSigningAndSaySoItself(int flags, bool isBoundBack, string? refusal)
    {
        var ring = MakeRing(Certify);
        if (isBoundBack)
        {
            ring.AddSubKey(Subkey.Value, Flags(flags), null, HashAlgorithmTag.Sha256, HashAlgorithmTag.Sha256);
        }
        else
        {
            ring.AddSubKey(Subkey.Value, Flags(flags), null, HashAlgorithmTag.Sha256);
        }

        Judge(ring, SignWith(Subkey.Value), refusal);
    }

    [Theory]
    [InlineData(Sign | Certify, null)]
    [InlineData(Certify, "the key is not for signing")]
    public void Verify_Key_MustBeForSigning(int flags, string? refusal) => Judge(MakeRing(flags), SignWith(Master.Value), refusal);

    [Theory]
    [InlineData(HashAlgorithmTag.Sha256, null)]
    [InlineData(HashAlgorithmTag.Sha1, "broken")]
    [InlineData(HashAlgorithmTag.MD5, "broken")]
    public void Verify_Hash_MustNotBeBroken(HashAlgorithmTag hash, string? refusal) => Judge(MakeRing(Sign), SignWith(Master.Value, hash: hash), refusal);

    [Theory]
    [InlineData(PgpSignature.BinaryDocument, null)]
    [InlineData(PgpSignature.StandAlone, "not one of a document")]
    [InlineData(PgpSignature.PositiveCertification, "not one of a document")]
    public void Verify_Signature_MustBeOneOfADocument(int type, string? refusal) => Judge(MakeRing(Sign), SignWith(Master.Value, type), refusal);

    [Theory]
    [InlineData(1, null)]
    [InlineData(-1, "older than its key")]
    [InlineData(400, "made in the future")]
    public void Verify_Time_MustBeBetweenTheKeysAndNow(int day, string? refusal) => Judge(MakeRing(Sign), SignWith(Master.Value, at: Made.AddDays(day)), refusal);

    private static void Judge(PgpKeyRingGenerator ring, string signature, string? refusal)
    {
        var keys = Armor(ring.GeneratePublicKeyRing().Encode);

        var verdict = new OpenPgpVerifier([keys], new FakeTimeProvider(new DateTimeOffset(Made.AddDays(100)))).Verify(signature, Payload);

        if (refusal is null)
        {
            verdict.Signer.Should().Contain("Alice", "{0}", verdict.Refusal);
        }
        else
        {
            verdict.Signer.Should().BeNull();
            verdict.Refusal.Should().Contain(refusal);
        }
    }

    private static PgpKeyPair MakePair()
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), Random, 2048, 80));
        return new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), Made);
    }

    private static PgpKeyRingGenerator MakeRing(int flags) =>
        new(PgpSignature.PositiveCertification, Master.Value, "Alice <alice@example.com>", SymmetricKeyAlgorithmTag.Null, HashAlgorithmTag.Sha256, (char[]?)null, true, Flags(flags), null, Random);

    private static PgpSignatureSubpacketVector Flags(int flags)
    {
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetKeyFlags(true, flags);
        return packets.Generate();
    }

    private static string SignWith(PgpKeyPair key, int type = PgpSignature.BinaryDocument, HashAlgorithmTag hash = HashAlgorithmTag.Sha256, DateTime? at = null)
    {
        var packets = new PgpSignatureSubpacketGenerator();
        packets.SetSignatureCreationTime(false, at ?? Made.AddDays(1));
        var generator = new PgpSignatureGenerator(PublicKeyAlgorithmTag.RsaGeneral, hash);
        generator.InitSign(type, key.PrivateKey);
        generator.SetHashedSubpackets(packets.Generate());
        generator.Update(Payload);
        return Armor(generator.Generate().Encode);
    }

    private static string Armor(Action<Stream> encode)
    {
        using var text = new MemoryStream();
        using (var armor = new ArmoredOutputStream(text))
        {
            encode(armor);
        }

        return System.Text.Encoding.ASCII.GetString(text.ToArray());
    }
}
