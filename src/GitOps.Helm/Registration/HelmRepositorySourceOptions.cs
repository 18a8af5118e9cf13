namespace GitOps.Helm;

/// <summary>Options of a chart repository that releases take charts from. Bindable from configuration.</summary>
/// <remarks>Files and Secrets with credentials are read anew for each look, so that a rotation needs no restart.</remarks>
public sealed class HelmRepositorySourceOptions
{
    /// <summary>The address whose <c>index.yaml</c> lists the charts; http or https. Required.</summary>
    public string? Url { get; set; }

    /// <summary>The user name for basic authentication.</summary>
    public string? Username { get; set; }

    /// <summary>The password for basic authentication.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// A Kubernetes Secret with the keys <c>username</c>, <c>password</c>, <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c>, as far as they are needed;
    /// they win over the other options.
    /// </summary>
    public string? SecretName { get; set; }

    /// <summary>The namespace of the Secret.</summary>
    /// <value>The default is the host's own namespace.</value>
    public string? SecretNamespace { get; set; }

    /// <summary>Whether user name and password also go to other hosts that the index names for its charts.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool PassCredentials { get; set; }

    /// <summary>A PEM file with the certificate to show to the server.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>A PEM file with the certificate's private key.</summary>
    /// <value>The default is the certificate's own file.</value>
    public string? ClientKeyFile { get; set; }

    /// <summary>A PEM file with the authorities that may have signed the server's certificate.</summary>
    /// <value>The default is those of the operating system.</value>
    public string? CertificateAuthorityFile { get; set; }

    /// <summary>Whether any certificate of the server is good enough. For tests only.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool InsecureSkipTlsVerify { get; set; }

    /// <summary>How often the index is looked at.</summary>
    /// <value>The default value is 5 minutes; at least one second.</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one request may take.</summary>
    /// <value>The default value is one minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest index, in bytes.</summary>
    /// <value>The default value is 50 MiB.</value>
    public long MaxIndexSize { get; set; } = 50 * 1024 * 1024;

    /// <summary>The largest packaged chart, in bytes.</summary>
    /// <value>The default value is 10 MiB.</value>
    public long MaxArchiveSize { get; set; } = 10 * 1024 * 1024;

    internal IEnumerable<string> Validate()
    {
        if (OciAddress.IsOne(Url))
        {
            yield return OciAddress.Advice(Url);
        }
        else if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return "Url must be the http or https address of a chart repository.";
        }
        else if (url.UserInfo.Length > 0)
        {
            yield return "Url holds credentials, which would be shown in messages: use Username and Password, or SecretName.";
        }

        if (Password is { Length: > 0 } && Username is not { Length: > 0 })
        {
            yield return "There is a Password but no Username.";
        }

        if (ClientKeyFile is { Length: > 0 } && ClientCertificateFile is not { Length: > 0 })
        {
            yield return "There is a ClientKeyFile but no ClientCertificateFile.";
        }

        if (Interval < TimeSpan.FromSeconds(1))
        {
            yield return $"Interval is {Interval}: it must be at least one second.";
        }

        if (Timeout <= TimeSpan.Zero)
        {
            yield return $"Timeout is {Timeout}: it must be longer than zero.";
        }

        if (MaxIndexSize <= 0 || MaxArchiveSize <= 0)
        {
            yield return "MaxIndexSize and MaxArchiveSize must be more than zero.";
        }
    }
}
