using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>An RSA or elliptic-curve private key that can sign certificates.</summary>
internal sealed class PrivateKey : IDisposable
{
    private readonly RSA? rsa;
    private readonly ECDsa? ecdsa;

    private PrivateKey(RSA? rsa, ECDsa? ecdsa)
    {
        this.rsa = rsa;
        this.ecdsa = ecdsa;
    }

    /// <summary>RSA keys of 2048 bits, for certificates.</summary>
    public static KeySupply<RSA> Rsa2048 { get; } = new(static () => Make(2048), Environment.ProcessorCount);

    /// <summary>RSA keys of 4096 bits, as <c>genPrivateKey</c> gives them.</summary>
    public static KeySupply<RSA> Rsa4096 { get; } = new(static () => Make(4096), Environment.ProcessorCount);

    /// <summary>Makes an RSA key of 2048 bits.</summary>
    /// <returns>The key.</returns>
    public static PrivateKey Create() => new(Rsa2048.Take(), null);

    /// <summary>Reads a key.</summary>
    /// <param name="pem">The key in PEM: PKCS #1, PKCS #8 or SEC 1.</param>
    /// <returns>The key.</returns>
    /// <exception cref="FunctionException">The text holds no key that can be used.</exception>
    public static PrivateKey Parse(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new FunctionException("no PEM data in input");
        var label = pem[fields.Label];
        if (label != "PRIVATE KEY" && !label.EndsWith(" PRIVATE KEY", StringComparison.Ordinal))
            throw new FunctionException("no private key data in PEM block of type " + label);
        try
        {
            var der = Convert.FromBase64String(pem[fields.Base64Data]);
            switch (label)
            {
                case "RSA PRIVATE KEY":
                    var first = RSA.Create();
                    first.ImportRSAPrivateKey(der, out _);
                    return new PrivateKey(first, null);
                case "EC PRIVATE KEY":
                    var curve = ECDsa.Create();
                    curve.ImportECPrivateKey(der, out _);
                    return new PrivateKey(null, curve);
                case "PRIVATE KEY":
                    return FromPkcs8(der);
                default:
                    throw new FunctionException("invalid private key type " + label[..^" PRIVATE KEY".Length]);
            }
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new FunctionException("parsing private key from PEM: " + e.Message, e);
        }
    }

    /// <summary>A request for a certificate of this key.</summary>
    /// <param name="subject">Whom it names.</param>
    /// <returns>The request.</returns>
    public CertificateRequest Request(X500DistinguishedName subject) => rsa is not null
        ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new CertificateRequest(subject, ecdsa!, HashAlgorithmName.SHA256);

    /// <summary>What signs certificates with this key.</summary>
    /// <returns>The generator.</returns>
    public X509SignatureGenerator Signer() => rsa is not null
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa(ecdsa!);

    /// <summary>The key in PEM.</summary>
    /// <returns>The text; it ends with a line break.</returns>
    public string ToPem() => (rsa is not null ? rsa.ExportRSAPrivateKeyPem() : ecdsa!.ExportECPrivateKeyPem()) + "\n";

    /// <inheritdoc/>
    public void Dispose()
    {
        rsa?.Dispose();
        ecdsa?.Dispose();
    }

    private static RSA Make(int bits)
    {
        var key = RSA.Create(bits);

        // The runtime makes the key at its first use.
        key.ExportParameters(includePrivateParameters: false);
        return key;
    }

    private static PrivateKey FromPkcs8(byte[] der)
    {
        var first = RSA.Create();
        try
        {
            first.ImportPkcs8PrivateKey(der, out _);
            return new PrivateKey(first, null);
        }
        catch (CryptographicException)
        {
            // Not RSA: it may be an elliptic curve.
            first.Dispose();
        }

        var curve = ECDsa.Create();
        curve.ImportPkcs8PrivateKey(der, out _);
        return new PrivateKey(null, curve);
    }
}
