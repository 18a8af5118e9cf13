using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GitOps.Kubernetes.Client.Access;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;

namespace GitOps.Kubernetes.Client;

/// <summary>
/// An authenticated way to one API server over KubernetesClient's HTTP client. Whom to trust and what to send is decided here for each connection and request,
/// so that tokens, certificates and what credentials programs hand out may be renewed while the host runs.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    private const int StreamWindowBytes = 4 * 1024 * 1024;

    private readonly ClusterAccess? _access;
    private readonly ServerTrust? _trust;
    private readonly Credentials? _credentials;
    private readonly ServiceClientCredentials? _provider;
    private readonly Lock _lock = new();
    private Session? _session;

    private ClusterConnection(ClusterAccess access, TimeProvider time, string? context)
    {
        (_access, _trust) = (access, new ServerTrust(access));
        _credentials = new Credentials(access, time);
        _provider = access.ProviderKubeconfig is { } kubeconfig ? Provider(kubeconfig, context) : null;
        BaseUri = WithSlash(access.Server);
        DefaultNamespace = access.Namespace;
    }

    /// <summary>Uses a client that is at hand, for tests.</summary>
    public ClusterConnection(HttpClient http, Uri baseUri)
    {
        _session = new Session(null, http, null);
        BaseUri = WithSlash(baseUri);
    }

    public Uri BaseUri { get; }

    /// <summary>The namespace that the kubeconfig's context names.</summary>
    public string? DefaultNamespace { get; }

    /// <summary>Opens the connection that the options describe; sends nothing yet.</summary>
    /// <exception cref="GitOpsException">The kubeconfig is missing or not usable.</exception>
    public static ClusterConnection Open(KubernetesOptions options) => Open(options, TimeProvider.System, ClusterEnvironment.Process);

    /// <inheritdoc cref="Open(KubernetesOptions)"/>
    public static ClusterConnection Open(KubernetesOptions options, TimeProvider time, ClusterEnvironment environment)
    {
        try
        {
            return new ClusterConnection(Find(options, environment), time, options.Context);
        }
        catch (Exception e) when (e is KubeConfigException or KubernetesException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException
            or FormatException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            throw new GitOpsException(Reasons.ClusterUnavailable, $"{Describe(options)} cannot be used: {(e is NullReferenceException ? "it is incomplete" : e.Message.TrimEnd('.'))}.", e);
        }
    }

    /// <summary>Adds the credentials to a request.</summary>
    /// <returns>The client to send it with, and what <see cref="Refuse"/> wants to know should the server refuse.</returns>
    /// <exception cref="CredentialsException">The credentials cannot be had.</exception>
    public async ValueTask<(HttpClient Http, Credentials.Current? Used)> AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_access is null)
        {
            return (_session!.Http, null);
        }

        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.UserAgent.ParseAdd("gitops-core");
        if (_access.TlsServerName is { } name)
        {
            // What TLS asks for and checks follows the host of the request.
            request.Headers.Host = name;
        }

        if (_access.ImpersonatedUser is { } user && !request.Headers.Contains("Impersonate-User"))
        {
            request.Headers.TryAddWithoutValidation("Impersonate-User", user);
            foreach (var group in _access.ImpersonatedGroups)
            {
                request.Headers.TryAddWithoutValidation("Impersonate-Group", group);
            }

            foreach (var (key, value) in _access.ImpersonatedExtra)
            {
                request.Headers.TryAddWithoutValidation("Impersonate-Extra-" + Uri.EscapeDataString(key), value);
            }
        }

        var current = await _credentials!.GetAsync(cancellationToken).ConfigureAwait(false);
        if (_provider is not null)
        {
            await _provider.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }
        else if (!string.IsNullOrEmpty(current.Token))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", current.Token);
        }
        else if (_access.Username is { } login)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login}:{_access.Password}")));
        }

        return (Connect(current).Http, current);
    }

    /// <summary>The server did not accept the credentials.</summary>
    /// <returns>Whether another try with new ones makes sense.</returns>
    public bool Refuse(Credentials.Current? used) => used is not null && _credentials?.Refuse(used) == true;

    public void Dispose()
    {
        lock (_lock)
        {
            _session?.Owner?.Dispose();
            _session = null;
        }

        _credentials?.Dispose();
    }

    // A certificate belongs to a connection, not to a request: another certificate needs other connections. Requests under way end on the old ones.
    private Session Connect(Credentials.Current current)
    {
        lock (_lock)
        {
            if (_session is { } running && ReferenceEquals(running.Certificate, current.Certificate))
            {
                return running;
            }

            var tap = new HandlerTap();
            var owner = new k8s.Kubernetes(new KubernetesClientConfiguration { Host = _access!.Server.AbsoluteUri, SslCaCerts = _trust!.Roots, SkipTlsVerify = _access.SkipTlsVerify }, tap);
            var sockets = tap.Sockets;
            sockets.SslOptions.RemoteCertificateValidationCallback = _trust.Check;
            sockets.EnableMultipleHttp2Connections = true;

            // A list of a thousand objects comes in one go; with the usual 64 KiB the server would wait for us after each.
            sockets.InitialHttp2StreamWindowSize = StreamWindowBytes;
            if (current.Certificate is { } certificate)
            {
                sockets.SslOptions.ClientCertificates = [certificate];
            }

            if (_access.Proxy is { } proxy)
            {
                sockets.Proxy = new WebProxy(proxy) { Credentials = Login(proxy) };
                sockets.UseProxy = true;
            }

            return _session = new Session(owner, owner.HttpClient, current.Certificate);
        }
    }

    private static NetworkCredential? Login(Uri proxy) => proxy.UserInfo.Split(':', 2) is [{ Length: > 0 } name, .. var rest]
        ? new NetworkCredential(Uri.UnescapeDataString(name), rest.Length == 0 ? "" : Uri.UnescapeDataString(rest[0]))
        : null;

    private static ClusterAccess Find(KubernetesOptions options, ClusterEnvironment environment)
    {
        if (options.Kubeconfig is { } text)
        {
            return Kubeconfig.Parse(text).Access(options.Context);
        }

        if (options.KubeconfigPath is { } path)
        {
            return Kubeconfig.Read([path]).Access(options.Context);
        }

        if (options.InCluster)
        {
            return environment.Pod() ?? throw new KubeConfigException("this is no pod with a service account: KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and the token file are needed");
        }

        var named = environment.Variable("KUBECONFIG") is { Length: > 0 } variable
            ? variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [environment.DefaultKubeconfig];

        // As with kubectl, files that KUBECONFIG names may be missing, but not all of them.
        var files = named.Where(File.Exists).ToList();
        return files.Count > 0 ? Kubeconfig.Read(files).Access(options.Context)
            : environment.Pod() ?? throw new KubeConfigException($"there is no file {string.Join(" or ", named)} and this is no pod: set KUBECONFIG, make ~/.kube/config, or set KubernetesOptions");
    }

    private static ServiceClientCredentials? Provider(string kubeconfig, string? context)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(kubeconfig));
        return k8s.Kubernetes.CreateCredentials(KubernetesClientConfiguration.BuildConfigFromConfigFile(stream, context));
    }

    private static string Describe(KubernetesOptions options) =>
        options.Kubeconfig is not null ? "The kubeconfig given as text"
        : options.KubeconfigPath is { } path ? $"The kubeconfig {path}"
        : options.InCluster ? "The pod's service account"
        : "The default kubeconfig";

    private static Uri WithSlash(Uri uri) => uri.AbsoluteUri.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/");

    private sealed record Session(k8s.Kubernetes? Owner, HttpClient Http, System.Security.Cryptography.X509Certificates.X509Certificate2? Certificate);

    /// <summary>Stands in KubernetesClient's pipeline for nothing but to see the handler at its end.</summary>
    private sealed class HandlerTap : DelegatingHandler
    {
        public SocketsHttpHandler Sockets
        {
            get
            {
                HttpMessageHandler? handler = InnerHandler;
                while (handler is DelegatingHandler outer)
                {
                    handler = outer.InnerHandler;
                }

                return handler as SocketsHttpHandler ?? throw new InvalidOperationException("KubernetesClient does not use sockets any more.");
            }
        }
    }
}
