namespace GitOps.Git;

/// <summary>What to authenticate to a Git server with, and whom to trust. Every value is read anew for each operation.</summary>
public sealed class GitCredentials
{
    /// <summary>
    /// A Kubernetes Secret that holds credentials under the keys Flux uses: for SSH <c>identity</c>, <c>known_hosts</c> and <c>password</c> (the key's passphrase);
    /// for HTTPS <c>username</c> and <c>password</c>, <c>bearerToken</c>, <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c>. What is set beside it comes first.
    /// Needs <c>UseKubernetes()</c>.
    /// </summary>
    public GitSecretReference? SecretRef { get; set; }

    /// <summary>The user name for HTTPS. Needs a <see cref="Password"/>.</summary>
    public GitSecret? Username { get; set; }

    /// <summary>The password or access token for HTTPS. Needs a <see cref="Username"/>.</summary>
    public GitSecret? Password { get; set; }

    /// <summary>A bearer token for HTTPS; not together with a user name.</summary>
    public GitSecret? BearerToken { get; set; }

    /// <summary>A client certificate for HTTPS, PEM. Needs a <see cref="ClientKey"/>.</summary>
    public GitSecret? ClientCertificate { get; set; }

    /// <summary>The client certificate's private key, PEM.</summary>
    public GitSecret? ClientKey { get; set; }

    /// <summary>Certificate authorities to trust for HTTPS instead of the system's, PEM, one or more.</summary>
    public GitSecret? CertificateAuthority { get; set; }

    /// <summary>The private key for SSH: OpenSSH or PEM; Ed25519, ECDSA or RSA.</summary>
    public GitSecret? PrivateKey { get; set; }

    /// <summary>The passphrase of <see cref="PrivateKey"/>.</summary>
    public GitSecret? Passphrase { get; set; }

    /// <summary>The host keys to trust for SSH, in the format of OpenSSH's <c>known_hosts</c>. Without it no SSH server is trusted.</summary>
    public GitSecret? KnownHosts { get; set; }

    /// <summary>The user name of <see cref="GitSourceOptions.Proxy"/>.</summary>
    public GitSecret? ProxyUsername { get; set; }

    /// <summary>The password of <see cref="GitSourceOptions.Proxy"/>.</summary>
    public GitSecret? ProxyPassword { get; set; }

    /// <summary>Each by its name.</summary>
    internal IEnumerable<(string Name, GitSecret? Secret)> All =>
    [
        (nameof(Username), Username),
        (nameof(Password), Password),
        (nameof(BearerToken), BearerToken),
        (nameof(ClientCertificate), ClientCertificate),
        (nameof(ClientKey), ClientKey),
        (nameof(CertificateAuthority), CertificateAuthority),
        (nameof(PrivateKey), PrivateKey),
        (nameof(Passphrase), Passphrase),
        (nameof(KnownHosts), KnownHosts),
        (nameof(ProxyUsername), ProxyUsername),
        (nameof(ProxyPassword), ProxyPassword),
    ];

    /// <summary>Says nothing of what is inside.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => "Git credentials";
}
