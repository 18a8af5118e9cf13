using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>Sprig's certificate functions.</summary>
internal static class CertificateFunctions
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>All of them.</summary>
    public static FunctionList All { get; } = new()
    {
        { "genCA", [GoType.String, GoType.Int], static (x, a) => Authority(x, (string)a[0]!, (nint)a[1]!, null) },
        { "genCAWithKey", [GoType.String, GoType.Int, GoType.String], static (x, a) => Authority(x, (string)a[0]!, (nint)a[1]!, (string)a[2]!) },
        {
            "genSelfSignedCert", [GoType.String, GoType.Slice, GoType.Slice, GoType.Int],
            static (x, a) => SelfSigned(x, new Names((string)a[0]!, a[1], a[2]), (nint)a[3]!, null)
        },
        {
            "genSelfSignedCertWithKey", [GoType.String, GoType.Slice, GoType.Slice, GoType.Int, GoType.String],
            static (x, a) => SelfSigned(x, new Names((string)a[0]!, a[1], a[2]), (nint)a[3]!, (string)a[4]!)
        },
        {
            "genSignedCert", [GoType.String, GoType.Slice, GoType.Slice, GoType.Int, CertificateObject.Type],
            static (x, a) => Signed(x, new Names((string)a[0]!, a[1], a[2]), (nint)a[3]!, (CertificateObject)a[4]!, null)
        },
        {
            "genSignedCertWithKey", [GoType.String, GoType.Slice, GoType.Slice, GoType.Int, CertificateObject.Type, GoType.String],
            static (x, a) => Signed(x, new Names((string)a[0]!, a[1], a[2]), (nint)a[3]!, (CertificateObject)a[4]!, (string)a[5]!)
        },
        { "buildCustomCert", [GoType.String, GoType.String], static (_, a) => Custom((string)a[0]!, (string)a[1]!) },
    };

    private static CertificateObject Authority(Execution execution, string name, nint days, string? keyPem)
    {
        using var key = Key(keyPem);
        var request = Request(key, new Names(name, null, null), isAuthority: true);
        return Issue(execution, request, key, days, request.SubjectName, key);
    }

    private static CertificateObject SelfSigned(Execution execution, Names names, nint days, string? keyPem)
    {
        using var key = Key(keyPem);
        var request = Request(key, names, isAuthority: false);
        return Issue(execution, request, key, days, request.SubjectName, key);
    }

    private static CertificateObject Signed(Execution execution, Names names, nint days, CertificateObject authority, string? keyPem)
    {
        using var key = Key(keyPem);
        using var parent = ReadCertificate(authority.Cert);
        using var signer = Wrapped("error parsing private key: ", () => PrivateKey.Parse(authority.Key));
        var request = Request(key, names, isAuthority: false);
        foreach (var extension in parent.Extensions)
        {
            if (extension is X509SubjectKeyIdentifierExtension identifier)
                request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(identifier));
        }

        return Issue(execution, request, key, days, parent.SubjectName, signer);
    }

    private static CertificateObject Custom(string cert, string key)
    {
        if (!EncodingFunctions.TryDecodeBase64(cert, out var certBytes, out _))
            throw new FunctionException("unable to decode base64 certificate");
        if (!EncodingFunctions.TryDecodeBase64(key, out var keyBytes, out _))
            throw new FunctionException("unable to decode base64 private key");
        var certText = GoText.FromBytes(certBytes);
        var keyText = GoText.FromBytes(keyBytes);
        ReadCertificate(certText).Dispose();
        Wrapped("error parsing private key: ", () => PrivateKey.Parse(keyText)).Dispose();
        return new CertificateObject(certText, keyText);
    }

    private static PrivateKey Key(string? pem) => pem is null ? PrivateKey.Create() : Wrapped("parsing private key: ", () => PrivateKey.Parse(pem));

    private static T Wrapped<T>(string prefix, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FunctionException e)
        {
            throw new FunctionException(prefix + e.Message, e);
        }
    }

    private static X509Certificate2 ReadCertificate(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new FunctionException("unable to decode certificate");
        try
        {
            return X509CertificateLoader.LoadCertificate(Convert.FromBase64String(pem[fields.Base64Data]));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new FunctionException("error parsing certificate: decodedCert.Bytes: " + e.Message, e);
        }
    }

    private static CertificateRequest Request(PrivateKey key, Names names, bool isAuthority)
    {
        var subject = new X500DistinguishedNameBuilder();
        if (names.CommonName.Length > 0)
            subject.AddCommonName(names.CommonName);
        var request = key.Request(subject.Build());
        var usage = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(isAuthority ? usage | X509KeyUsageFlags.KeyCertSign : usage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        if (isAuthority)
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        // Written by hand: the runtime's builder refuses names that are too long for DNS, and Go does not.
        var alternatives = new AsnWriter(AsnEncodingRules.DER);
        var any = false;
        alternatives.PushSequence();
        foreach (var name in names.DnsNames ?? [])
        {
            var text = name as string ?? throw new FunctionException("error processing alternate dns name: " + GoFormatter.ToText(name) + " is not a string");
            if (!System.Text.Ascii.IsValid(text))
                throw new FunctionException("error creating certificate: x509: " + GoQuote.Quote(text) + " cannot be encoded as an IA5String");
            alternatives.WriteCharacterString(UniversalTagNumber.IA5String, text, new Asn1Tag(TagClass.ContextSpecific, 2));
            any = true;
        }

        foreach (var address in names.Addresses ?? [])
        {
            var text = address as string ?? throw new FunctionException("error parsing ip: " + GoFormatter.ToText(address) + " is not a string");
            var parsed = IPAddress.TryParse(text, out var found) ? found : throw new FunctionException("error parsing ip: " + text);
            alternatives.WriteOctetString((parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed).GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
            any = true;
        }

        alternatives.PopSequence();
        if (any)
            request.CertificateExtensions.Add(new X509Extension(SubjectAlternativeName, alternatives.Encode(), critical: false));
        return request;
    }

    private static CertificateObject Issue(Execution execution, CertificateRequest request, PrivateKey key, nint days, X500DistinguishedName issuer, PrivateKey signer)
    {
        const int MostDays = 365 * 5000;
        var from = execution.Time.GetUtcNow();
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        try
        {
            using var certificate = request.Create(issuer, signer.Signer(), from, from.AddDays(Math.Clamp(days, 0, MostDays)), serial);
            return new CertificateObject(certificate.ExportCertificatePem() + "\n", key.ToPem());
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FunctionException("error creating certificate: " + e.Message, e);
        }
    }

    private sealed record Names(string CommonName, object? AddressList, object? DnsList)
    {
        public List<object?>? Addresses => AddressList as List<object?>;

        public List<object?>? DnsNames => DnsList as List<object?>;
    }
}
