using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace GitOps.Testing;

/// <summary>Writes a kubeconfig.</summary>
internal static class KubeconfigText
{
    public static string Write(Uri url, string token, X509Certificate2? certificate)
    {
        var authority = certificate is null
            ? ""
            : $"\n    certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()))}";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: in-memory
              cluster:
                server: {url.GetLeftPart(UriPartial.Authority)}{authority}
            users:
            - name: admin
              user:
                token: {token}
            contexts:
            - name: in-memory
              context:
                cluster: in-memory
                user: admin
            current-context: in-memory

            """;
    }
}
