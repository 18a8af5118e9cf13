using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>OpenSSH's signature format (PROTOCOL.sshsig).</summary>
internal sealed record SshSignature(byte[] PublicKey, string Namespace, string HashAlgorithm, byte[] Signature)
{
    public const string Armor = "-----BEGIN SSH SIGNATURE-----";

    private const string ArmorEnd = "-----END SSH SIGNATURE-----";
    private static readonly byte[] Magic = "SSHSIG"u8.ToArray();

    /// <exception cref="InvalidDataException">It is no such signature.</exception>
    public static SshSignature Parse(string armored)
    {
        var start = armored.IndexOf(Armor, StringComparison.Ordinal);
        var end = armored.IndexOf(ArmorEnd, StringComparison.Ordinal);
        if (start < 0 || end < start)
        {
            throw new InvalidDataException("the armor is broken");
        }

        var text = armored[(start + Armor.Length)..end];
        var blob = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, blob, out var length))
        {
            throw new InvalidDataException("the armor is not base64");
        }

        var reader = new SshReader(blob.AsSpan(0, length));
        if (!reader.ReadBytes(Magic.Length).SequenceEqual(Magic) || reader.ReadUInt32() != 1)
        {
            throw new InvalidDataException("it is not SSHSIG version 1");
        }

        var key = reader.ReadString().ToArray();
        var purpose = reader.ReadText();
        reader.ReadString();
        return new SshSignature(key, purpose, reader.ReadText(), reader.ReadString().ToArray());
    }

    /// <summary>The bytes that are really signed for a message.</summary>
    public static byte[] SignedData(string purpose, string hashAlgorithm, byte[] message) =>
        new SshWriter().Raw(Magic).String(purpose).String("").String(hashAlgorithm).String(hashAlgorithm switch
        {
            "sha256" => SHA256.HashData(message),
            "sha512" => SHA512.HashData(message),
            _ => throw new InvalidDataException($"the hash '{hashAlgorithm}' is not known"),
        }).ToArray();

    public string ToArmor()
    {
        var blob = new SshWriter().Raw(Magic).UInt32(1).String(PublicKey).String(Namespace).String("").String(HashAlgorithm).String(Signature).ToArray();
        var text = new StringBuilder(Armor).Append('\n');
        var base64 = Convert.ToBase64String(blob);
        for (var i = 0; i < base64.Length; i += 70)
        {
            text.Append(base64.AsSpan(i, Math.Min(70, base64.Length - i))).Append('\n');
        }

        return text.Append(ArmorEnd).Append('\n').ToString();
    }
}
