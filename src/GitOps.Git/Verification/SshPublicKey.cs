using System.Security.Cryptography;
using System.Text;

namespace GitOps.Git;

/// <summary>A public key in SSH's format, and what its signatures look like. Signatures with SHA-1 and DSA keys do not count.</summary>
internal static class SshPublicKey
{
    private const int MinRsaBits = 2048;

    public static string TypeOf(ReadOnlySpan<byte> key) => new SshReader(key).ReadText();

    public static string Fingerprint(ReadOnlySpan<byte> key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');

    /// <summary>Whether a signature blob is one of this key over the data.</summary>
    /// <exception cref="InvalidDataException">Key or signature cannot be read.</exception>
    public static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature, byte[] data)
    {
        var keyReader = new SshReader(key);
        var type = keyReader.ReadText();
        var reader = new SshReader(signature);
        var algorithm = reader.ReadText();
        var blob = reader.ReadString();
        return type switch
        {
            "ssh-ed25519" => algorithm == type && VerifyEd25519(keyReader.ReadString(), blob, data),
            "ssh-rsa" => VerifyRsa(ref keyReader, algorithm, blob, data),
            "ecdsa-sha2-nistp256" or "ecdsa-sha2-nistp384" or "ecdsa-sha2-nistp521" => algorithm == type && VerifyEcdsa(ref keyReader, type, blob, data),
            "sk-ssh-ed25519@openssh.com" => algorithm == type && VerifySecurityKey(keyReader.ReadString(), keyReader.ReadText(), ref reader, blob, data),
            "sk-ecdsa-sha2-nistp256@openssh.com" => algorithm == type && VerifySecurityKeyEcdsa(ref keyReader, ref reader, blob, data),
            _ => throw new InvalidDataException($"keys of type '{type}' are not accepted"),
        };
    }

    private static bool VerifyEd25519(ReadOnlySpan<byte> point, ReadOnlySpan<byte> signature, byte[] data) =>
        point.Length == 32 && signature.Length == 64
        && Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature.ToArray(), 0, point.ToArray(), 0, data, 0, data.Length);

    private static bool VerifyRsa(ref SshReader key, string algorithm, ReadOnlySpan<byte> signature, byte[] data)
    {
        var hash = algorithm switch
        {
            "rsa-sha2-256" => HashAlgorithmName.SHA256,
            "rsa-sha2-512" => HashAlgorithmName.SHA512,
            _ => throw new InvalidDataException($"signatures of type '{algorithm}' are not accepted"),
        };
        var exponent = key.ReadNumber().ToArray();
        var modulus = key.ReadNumber().ToArray();
        if (modulus.Length * 8 < MinRsaBits)
        {
            throw new InvalidDataException($"RSA keys of less than {MinRsaBits} bits are not accepted");
        }

        using var rsa = RSA.Create(new RSAParameters { Exponent = exponent, Modulus = modulus });
        return rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEcdsa(ref SshReader key, string type, ReadOnlySpan<byte> signature, byte[] data)
    {
        key.ReadString();
        var (curve, size, hash) = type switch
        {
            "ecdsa-sha2-nistp256" => (ECCurve.NamedCurves.nistP256, 32, HashAlgorithmName.SHA256),
            "ecdsa-sha2-nistp384" => (ECCurve.NamedCurves.nistP384, 48, HashAlgorithmName.SHA384),
            _ => (ECCurve.NamedCurves.nistP521, 66, HashAlgorithmName.SHA512),
        };
        return VerifyEcdsa(key.ReadString(), curve, size, hash, signature, data);
    }

    private static bool VerifyEcdsa(ReadOnlySpan<byte> point, ECCurve curve, int size, HashAlgorithmName hash, ReadOnlySpan<byte> signature, byte[] data)
    {
        if (point.Length != (2 * size) + 1 || point[0] != 4)
        {
            throw new InvalidDataException("the ECDSA key is not an uncompressed point");
        }

        var numbers = new SshReader(signature);
        var r = numbers.ReadNumber();
        var s = numbers.ReadNumber();
        if (r.Length > size || s.Length > size)
        {
            return false;
        }

        var joined = new byte[2 * size];
        r.CopyTo(joined.AsSpan(size - r.Length));
        s.CopyTo(joined.AsSpan((2 * size) - s.Length));
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = point.Slice(1, size).ToArray(), Y = point[(1 + size)..].ToArray() } });
        return ecdsa.VerifyData(data, joined, hash);
    }

    /// <summary>A hardware key signs a statement of its own that holds the message's hash. Somebody must have touched it.</summary>
    private static bool VerifySecurityKey(ReadOnlySpan<byte> point, string application, ref SshReader signature, ReadOnlySpan<byte> blob, byte[] data) =>
        SecurityKeyStatement(application, ref signature, data) is { } statement && VerifyEd25519(point, blob, statement);

    private static bool VerifySecurityKeyEcdsa(ref SshReader key, ref SshReader signature, ReadOnlySpan<byte> blob, byte[] data)
    {
        key.ReadString();
        var point = key.ReadString();
        return SecurityKeyStatement(key.ReadText(), ref signature, data) is { } statement
            && VerifyEcdsa(point, ECCurve.NamedCurves.nistP256, 32, HashAlgorithmName.SHA256, blob, statement);
    }

    private static byte[]? SecurityKeyStatement(string application, ref SshReader signature, byte[] data)
    {
        const byte UserPresent = 1;
        var flags = signature.ReadByte();
        var counter = signature.ReadUInt32();
        return (flags & UserPresent) == 0
            ? null
            : new SshWriter().Raw(SHA256.HashData(Encoding.UTF8.GetBytes(application))).Raw([flags]).UInt32(counter).Raw(SHA256.HashData(data)).ToArray();
    }
}
