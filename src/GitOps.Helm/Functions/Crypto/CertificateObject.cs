using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>A certificate and its key in PEM, as the certificate functions give them.</summary>
/// <param name="cert">The certificate.</param>
/// <param name="key">The private key.</param>
internal sealed class CertificateObject(string cert, string key) : GoStruct
{
    /// <summary><c>sprig.certificate</c>.</summary>
    public static GoType Type { get; } = new("sprig.certificate", GoKind.Struct, static v => v is CertificateObject, new CertificateObject(string.Empty, string.Empty));

    /// <summary>The certificate in PEM.</summary>
    public string Cert { get; } = cert;

    /// <summary>The private key in PEM.</summary>
    public string Key { get; } = key;

    /// <inheritdoc/>
    public override string TypeName => "sprig.certificate";

    /// <inheritdoc/>
    public override IReadOnlyList<GoField> Fields { get; } = [new("Cert", cert), new("Key", key)];
}
