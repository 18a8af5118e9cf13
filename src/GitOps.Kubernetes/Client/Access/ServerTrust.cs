using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GitOps.Kubernetes.Client.Access;

/// <summary>Whether a server's certificate is to be trusted: by the kubeconfig's authorities alone when it names any, and always for the name that was asked for.</summary>
internal sealed class ServerTrust
{
    private readonly X509Certificate2Collection? _roots;
    private readonly bool _skip;

    /// <exception cref="CryptographicException">The authorities are not PEM certificates.</exception>
    public ServerTrust(ClusterAccess access)
    {
        _skip = access.SkipTlsVerify;
        if (access.AuthorityPem is { Length: > 0 } pem)
        {
            _roots = [];
            _roots.ImportFromPem(pem);
            if (_roots.Count == 0)
            {
                throw new CryptographicException("the certificate authority holds no certificate in PEM");
            }
        }
    }

    /// <summary>What KubernetesClient wants to see before it makes a client; the decision is <see cref="Check"/>'s.</summary>
    public X509Certificate2Collection Roots => _roots ?? [];

    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_skip)
        {
            return true;
        }

        if (certificate is not X509Certificate2 server || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            throw new AuthenticationException("the server showed no certificate");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException($"the server's certificate ({server.Subject}) is not for the name {(sender as SslStream)?.TargetHostName}: set tls-server-name when it is meant to be another");
        }

        if (_roots is null)
        {
            return errors == SslPolicyErrors.None ? true : throw new AuthenticationException($"the system does not trust the server's certificate ({server.Subject}): name its authority in certificate-authority-data");
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_roots);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(server)
            ? true
            : throw new AuthenticationException($"the server's certificate ({server.Subject}) is not signed by the authority of the kubeconfig: {string.Join(", ", own.ChainStatus.Select(s => s.StatusInformation.Trim()))}");
    }
}
