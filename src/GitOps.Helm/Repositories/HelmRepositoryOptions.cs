using System.Security.Cryptography.X509Certificates;

namespace GitOps.Helm;

/// <summary>How a chart repository is reached.</summary>
public sealed record HelmRepositoryOptions
{
    /// <summary>The repository: the address whose <c>index.yaml</c> lists the charts; http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>The user name for basic authentication; <see langword="null"/> for none.</summary>
    public string? Username { get; init; }

    /// <summary>The password for basic authentication.</summary>
    public string? Password { get; init; }

    /// <summary>The certificate, with its private key, to show to the server; <see langword="null"/> for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The authorities that may have signed the server's certificate; empty for those of the operating system.</summary>
    public IReadOnlyList<X509Certificate2> CertificateAuthorities { get; init; } = [];

    /// <summary>Whether any certificate of the server is good enough. For tests only.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Whether user name and password also go to other hosts that the index names for its charts.</summary>
    public bool PassCredentials { get; init; }

    /// <summary>How long one request may take. Default 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest index, in bytes. Default 50 MiB.</summary>
    public long MaxIndexSize { get; init; } = 50 * 1024 * 1024;

    /// <summary>The largest packaged chart, in bytes. Default 10 MiB.</summary>
    public long MaxArchiveSize { get; init; } = 10 * 1024 * 1024;

    /// <summary>How large an unpacked chart may be.</summary>
    public ChartLimits Limits { get; init; } = ChartLimits.Default;

    /// <summary>Does not print the password.</summary>
    /// <returns>The address without anything secret.</returns>
    public override string ToString() => Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
