using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using GitOps.Helm.Templates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's password, key, cipher and random functions.</summary>
internal static class CryptoFunctions
{
    private const string MasterSeed = "com.lyndir.masterpassword";
    private const string Digits = "0123456789";
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly Dictionary<string, string[]> PasswordTemplates = new(StringComparer.Ordinal)
    {
        ["maximum"] = ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        ["long"] =
        [
            "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno", "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv",
            "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
        ],
        ["medium"] = ["CvcnoCvc", "CvcCvcno"],
        ["short"] = ["Cvcn"],
        ["basic"] = ["aaanaaan", "aannaaan", "aaannaaa"],
        ["pin"] = ["nnnn"],
    };

    private static readonly GoType Uint32 = new("uint32", GoKind.Uint64, static v => v is uint, 0U);

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "bcrypt", [GoType.String], static (_, a) => Bcrypt((string)a[0]!) },
        { "htpasswd", [GoType.String, GoType.String], static (_, a) => Htpasswd((string)a[0]!, (string)a[1]!) },
        { "genPrivateKey", [GoType.String], static (_, a) => GenerateKey((string)a[0]!) },
        { "derivePassword", [Uint32, GoType.String, GoType.String, GoType.String, GoType.String], static (_, a) => DerivePassword(Counter(a[0]), (string)a[1]!, (string)a[2]!, (string)a[3]!, (string)a[4]!) },
        { "encryptAES", [GoType.String, GoType.String], static (_, a) => Encrypt((string)a[0]!, (string)a[1]!) },
        { "decryptAES", [GoType.String, GoType.String], static (_, a) => Decrypt((string)a[0]!, (string)a[1]!) },
        { "randBytes", [GoType.Int], static (x, a) => RandomBytes(x, (nint)a[0]!) },
        { "randAlphaNum", [GoType.Int], static (x, a) => Random(x, (nint)a[0]!, Letters + Digits) },
        { "randAlpha", [GoType.Int], static (x, a) => Random(x, (nint)a[0]!, Letters) },
        { "randNumeric", [GoType.Int], static (x, a) => Random(x, (nint)a[0]!, Digits) },
        { "randAscii", [GoType.Int], static (x, a) => Random(x, (nint)a[0]!, string.Concat(Enumerable.Range(32, 95).Select(static i => (char)i))) },
        { "uuidv4", [], static (_, _) => Guid.NewGuid().ToString("D") },
    };

    private static uint Counter(object? value) => value is uint narrow ? narrow : unchecked((uint)(ulong)value!);

    private static string Random(Execution execution, nint count, string alphabet)
    {
        if (count < 0)
            return string.Empty;
        execution.CheckSize(count);
        return RandomNumberGenerator.GetString(alphabet, (int)count);
    }

    private static string RandomBytes(Execution execution, nint count)
    {
        if (count < 0)
            throw new FunctionException("runtime error: makeslice: len out of range");
        execution.CheckSize(count);
        return Convert.ToBase64String(RandomNumberGenerator.GetBytes((int)count));
    }

    private static string Bcrypt(string password)
    {
        var bytes = GoText.GetBytes(password);
        if (bytes.Length > 72)
            return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
        return OpenBsdBCrypt.Generate("2a", password.ToCharArray(), RandomNumberGenerator.GetBytes(16), 10);
    }

    private static string Htpasswd(string user, string password) =>
        user.Contains(':', StringComparison.Ordinal) ? "invalid username: " + user : user + ":" + Bcrypt(password);

    private static string DerivePassword(uint counter, string type, string password, string user, string site)
    {
        if (!PasswordTemplates.TryGetValue(type, out var templates))
            return "cannot find password template " + type;
        var key = SCrypt.Generate(GoText.GetBytes(password), Salted(user, []), 32768, 8, 2, 64);
        Span<byte> count = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, counter);
        var seed = HMACSHA256.HashData(key, Salted(site, count));
        var template = templates[seed[0] % templates.Length];
        var result = new StringBuilder(template.Length);
        for (var i = 0; i < template.Length; i++)
        {
            var alphabet = Alphabet(template[i]);
            result.Append(alphabet[seed[i + 1] % alphabet.Length]);
        }

        return result.ToString();
    }

    private static byte[] Salted(string text, ReadOnlySpan<byte> suffix)
    {
        var bytes = GoText.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        return [.. Encoding.ASCII.GetBytes(MasterSeed), .. length, .. bytes, .. suffix];
    }

    private static string Alphabet(char kind) => kind switch
    {
        'V' => "AEIOU",
        'C' => "BCDFGHJKLMNPQRSTVWXYZ",
        'v' => "aeiou",
        'c' => "bcdfghjklmnpqrstvwxyz",
        'A' => "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        'a' => "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        'n' => Digits,
        'o' => "@&%?,=[]_:-+*$#!'^~;()/.",
        _ => "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    };

    private static string GenerateKey(string type)
    {
        switch (type)
        {
            case "" or "rsa":
                using (var rsa = PrivateKey.Rsa4096.Take())
                    return rsa.ExportRSAPrivateKeyPem() + "\n";
            case "ecdsa":
                using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                    return ecdsa.ExportECPrivateKeyPem() + "\n";
            case "ed25519":
                // PKCS #8 of an Ed25519 key is a fixed prefix and the seed.
                byte[] der = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, .. RandomNumberGenerator.GetBytes(32)];
                return PemEncoding.WriteString("PRIVATE KEY", der) + "\n";
            case "dsa":
                return GenerateDsaKey();
            default:
                return "Unknown type " + type;
        }
    }

    private static string GenerateDsaKey()
    {
        var random = new SecureRandom();
        var parameters = new DsaParametersGenerator(new Org.BouncyCastle.Crypto.Digests.Sha256Digest());
        parameters.Init(new DsaParameterGenerationParameters(2048, 256, 80, random));
        var generator = new DsaKeyPairGenerator();
        generator.Init(new DsaKeyGenerationParameters(random, parameters.GenerateParameters()));
        var pair = generator.GenerateKeyPair();
        var secret = (DsaPrivateKeyParameters)pair.Private;
        var open = (DsaPublicKeyParameters)pair.Public;
        var sequence = new DerSequence(
            DerInteger.ValueOf(0), new DerInteger(secret.Parameters.P), new DerInteger(secret.Parameters.Q), new DerInteger(secret.Parameters.G), new DerInteger(open.Y), new DerInteger(secret.X));
        return PemEncoding.WriteString("DSA PRIVATE KEY", sequence.GetDerEncoded()) + "\n";
    }

    private static byte[] CipherKey(string password)
    {
        var key = new byte[32];
        var bytes = GoText.GetBytes(password);
        bytes.AsSpan(0, Math.Min(bytes.Length, key.Length)).CopyTo(key);
        return key;
    }

    private static string Encrypt(string password, string text)
    {
        if (text.Length == 0)
            return string.Empty;
        using var aes = Aes.Create();
        aes.Key = CipherKey(password);
        var vector = RandomNumberGenerator.GetBytes(16);
        return Convert.ToBase64String([.. vector, .. aes.EncryptCbc(GoText.GetBytes(text), vector)]);
    }

    private static string Decrypt(string password, string text)
    {
        if (text.Length == 0)
            return string.Empty;
        if (!EncodingFunctions.TryDecodeBase64(text, out var bytes, out var error))
            throw new FunctionException(error);
        if (bytes.Length <= 16 || bytes.Length % 16 != 0)
            throw new FunctionException("crypto/cipher: input not full blocks");
        using var aes = Aes.Create();
        aes.Key = CipherKey(password);
        var plain = aes.DecryptCbc(bytes.AsSpan(16), bytes.AsSpan(0, 16), PaddingMode.None);
        var padding = plain[^1];
        if (padding > plain.Length)
            throw new FunctionException("runtime error: slice bounds out of range");
        return GoText.FromBytes(plain.AsSpan(0, plain.Length - padding));
    }
}
