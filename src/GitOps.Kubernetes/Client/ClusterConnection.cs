using System.Text;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace GitOps.Kubernetes.Client;

/// <summary>An authenticated way to one API server; KubernetesClient reads the kubeconfig and runs its credentials plugins.</summary>
internal sealed class ClusterConnection : IDisposable
{
    private readonly k8s.Kubernetes? _owner;
    private readonly ServiceClientCredentials? _credentials;
    private readonly string? _host;

    private ClusterConnection(k8s.Kubernetes owner, KubernetesClientConfiguration configuration)
    {
        _owner = owner;
        Http = owner.HttpClient;
        BaseUri = WithSlash(owner.BaseUri);
        _credentials = owner.Credentials;
        _host = string.IsNullOrWhiteSpace(configuration.TlsServerName) ? null : configuration.TlsServerName;
        Http2 = !configuration.DisableHttp2;
        DefaultNamespace = string.IsNullOrEmpty(configuration.Namespace) ? null : configuration.Namespace;
    }

    /// <summary>Uses a client that is at hand, for tests.</summary>
    public ClusterConnection(HttpClient http, Uri baseUri)
    {
        Http = http;
        BaseUri = WithSlash(baseUri);
    }

    public HttpClient Http { get; }

    public Uri BaseUri { get; }

    public bool Http2 { get; }

    /// <summary>The namespace that the kubeconfig's context names.</summary>
    public string? DefaultNamespace { get; }

    /// <summary>Opens the connection that the options describe; sends nothing yet.</summary>
    /// <exception cref="GitOpsException">The kubeconfig is missing or not usable.</exception>
    public static ClusterConnection Open(KubernetesOptions options)
    {
        try
        {
            var configuration = Configure(options);
            configuration.UserAgent = "gitops-core";
            return new ClusterConnection(new k8s.Kubernetes(configuration), configuration);
        }
        catch (Exception e) when (e is KubeConfigException or KubernetesException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException
            or FormatException or ArgumentException or InvalidOperationException or NullReferenceException or YamlDotNet.Core.YamlException)
        {
            // The YAML reader's own message quotes the text around the fault, which may be a credential.
            var detail = e is YamlDotNet.Core.YamlException yaml ? $"it is not valid YAML (line {yaml.Start.Line})" : e is NullReferenceException ? "it is incomplete" : e.Message;
            throw new GitOpsException(Reasons.ClusterUnavailable, $"{Describe(options)} cannot be used: {detail}.", e);
        }
    }

    public async ValueTask AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Http2)
        {
            request.Version = System.Net.HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }

        if (_host is not null)
        {
            request.Headers.Host = _host;
        }

        if (_credentials is not null)
        {
            await _credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _owner?.Dispose();

    private static KubernetesClientConfiguration Configure(KubernetesOptions options)
    {
        if (options.Kubeconfig is { } text)
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return KubernetesClientConfiguration.BuildConfigFromConfigFile(stream, options.Context);
        }

        if (options.KubeconfigPath is { } path)
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigFile(path, options.Context);
        }

        if (options.InCluster)
        {
            return KubernetesClientConfiguration.InClusterConfig();
        }

        var files = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } variable
            ? variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation) ? [KubernetesClientConfiguration.KubeConfigDefaultLocation] : [];
        if (files.Length == 0)
        {
            return KubernetesClientConfiguration.IsInCluster()
                ? KubernetesClientConfiguration.InClusterConfig()
                : throw new KubeConfigException("there is no kubeconfig and this is no pod: set KUBECONFIG, make ~/.kube/config, or set KubernetesOptions");
        }

        return FromFiles(files, options.Context);
    }

    // KUBECONFIG may name several files. They count as one: the first that sets a name wins.
    private static KubernetesClientConfiguration FromFiles(string[] files, string? context)
    {
        var existing = files.Where(File.Exists).ToArray();
        if (existing.Length <= 1)
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigFile(existing.Length == 1 ? existing[0] : files[0], context);
        }

        K8SConfiguration merged = KubernetesClientConfiguration.LoadKubeConfig(existing[0]);
        foreach (var file in existing.Skip(1))
        {
            var next = KubernetesClientConfiguration.LoadKubeConfig(file);
            merged.CurrentContext = string.IsNullOrEmpty(merged.CurrentContext) ? next.CurrentContext : merged.CurrentContext;
            merged.Contexts = [.. (merged.Contexts ?? []).Concat(next.Contexts ?? []).DistinctBy(c => c.Name, StringComparer.Ordinal)];
            merged.Clusters = [.. (merged.Clusters ?? []).Concat(next.Clusters ?? []).DistinctBy(c => c.Name, StringComparer.Ordinal)];
            merged.Users = [.. (merged.Users ?? []).Concat(next.Users ?? []).DistinctBy(u => u.Name, StringComparer.Ordinal)];
        }

        return KubernetesClientConfiguration.BuildConfigFromConfigObject(merged, context);
    }

    private static string Describe(KubernetesOptions options) =>
        options.Kubeconfig is not null ? "The kubeconfig given as text"
        : options.KubeconfigPath is { } path ? $"The kubeconfig {path}"
        : options.InCluster ? "The pod's service account"
        : "The default kubeconfig";

    private static Uri WithSlash(Uri uri) => uri.AbsoluteUri.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");
}
