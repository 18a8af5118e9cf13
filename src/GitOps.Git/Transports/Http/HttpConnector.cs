using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace GitOps.Git;

/// <summary>Reaches a repository over Git's smart HTTP protocol.</summary>
internal sealed class HttpConnector : GitConnector
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private const int MaxKeptAdvertisement = 1024 * 1024;

    private readonly HttpClient _client;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly Uri _origin;
    private volatile Uri _base;

    public HttpConnector(GitAddress address, ResolvedCredentials credentials, GitSourceOptions options)
        : base(address)
    {
        NativeTransports.EnsureRegistered();
        _origin = new Uri(address.Display + "/");
        _base = _origin;
        _authorization = credentials switch
        {
            { BearerToken: { } token } => new AuthenticationHeaderValue("Bearer", token),
            { Username: { } user, Password: { } password } => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))),
            _ => null,
        };
        _client = new HttpClient(MakeHandler(address, credentials, options)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("git/2.0 (GitOps.Core)");
        _client.DefaultRequestHeaders.CacheControl = new CacheControlHeaderValue { NoCache = true };
    }

    /// <inheritdoc/>
    public override string NativeUrl(string mirrorKey) => $"{NativeTransports.HttpScheme}://{mirrorKey}/repository";

    /// <inheritdoc/>
    public override async Task<RefAdvertisement> ListReferencesAsync(GitOperation operation)
    {
        using var response = await RequestAdvertisementAsync(operation, "git-upload-pack").ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(operation.CancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffered = new BufferedStream(stream, 64 * 1024);
            await using (buffered.ConfigureAwait(false))
            {
                var raw = new MemoryStream();
                var advertisement = await ReferenceAdvertisementReader.ReadAsync(
                    async buffer =>
                    {
                        await operation.WaitAsync(async token =>
                        {
                            await buffered.ReadExactlyAsync(buffer, token).ConfigureAwait(false);
                            return 0;
                        }).ConfigureAwait(false);
                        if (raw.Length <= MaxKeptAdvertisement)
                        {
                            raw.Write(buffer.Span);
                        }
                    },
                    Address,
                    operation.Options.Limits.References,
                    hasServiceHeader: true).ConfigureAwait(false);
                return raw.Length <= MaxKeptAdvertisement ? advertisement.With(raw.ToArray()) : advertisement;
            }
        }
    }

    /// <summary>The request that starts each conversation: the only one that may be redirected.</summary>
    public async Task<HttpResponseMessage> RequestAdvertisementAsync(GitOperation operation, string service)
    {
        const string InfoRefs = "info/refs";
        var suffix = $"{InfoRefs}?service={service}";
        var url = new Uri(_origin, suffix);
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            var response = await SendAsync(operation, request).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                Check(response, $"application/x-{service}-advertisement");
                _base = new Uri(url, url.AbsoluteUri[..^suffix.Length]);
                return response;
            }

            response.Dispose();
            var target = new Uri(url, location);
            if (!operation.Options.FollowRedirects || redirects >= operation.Options.Limits.Redirects)
            {
                throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server redirects to {Shown(target)}, and {(operation.Options.FollowRedirects ? "did so too often" : "redirects are not followed")}. Set the URL to where the repository is.");
            }

            if (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
            {
                throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server redirects to {Shown(target)}, which is not as safe as where it was asked.");
            }

            if (!target.AbsoluteUri.EndsWith(suffix, StringComparison.Ordinal))
            {
                throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server redirects to {Shown(target)}, which is no Git repository. It may ask for a login.");
            }

            url = target;
        }
    }

    /// <summary>A request of a conversation that has started.</summary>
    public async Task<HttpResponseMessage> PostAsync(GitOperation operation, string service, Stream body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, service)) { Content = new RequestBody(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue($"application/x-{service}-request");
        request.Headers.Accept.ParseAdd($"application/x-{service}-result");
        var response = await SendAsync(operation, request).ConfigureAwait(false);
        Check(response, $"application/x-{service}-result");
        return response;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    private static SocketsHttpHandler MakeHandler(GitAddress address, ResolvedCredentials credentials, GitSourceOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectTimeout = options.Timeout,
            PreAuthenticate = false,
            ConnectCallback = async (context, token) => await Connecting.ConnectAsync(context.DnsEndPoint, token).ConfigureAwait(false),
        };
        if (options.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy) { Credentials = credentials is { ProxyUsername: { } user, ProxyPassword: { } password } ? new NetworkCredential(user, password) : null };
        }

        try
        {
            if (credentials.CertificateAuthority is { } authorities)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPem(authorities);
                handler.SslOptions.CertificateChainPolicy = policy;
            }

            if (credentials is { ClientCertificate: { } certificate, ClientKey: { } key })
            {
                using var made = X509Certificate2.CreateFromPem(certificate, key);

                // Windows cannot use a key that lives in memory only; a round trip through PKCS#12 mends that.
                var usable = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);

                // As other credentials, it is not shown to whom a redirect leads to.
                handler.SslOptions.LocalCertificateSelectionCallback = (_, host, _, _, _) => string.Equals(host, address.Host, StringComparison.OrdinalIgnoreCase) ? usable : null!;
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // The exception's own message may quote what it could not read.
            throw new GitOpsException(Reasons.AuthenticationFailed, $"{address.Display}: the certificate authority, the client certificate or its key cannot be read; all must be PEM.");
        }

        return handler;
    }

    private async Task<HttpResponseMessage> SendAsync(GitOperation operation, HttpRequestMessage request)
    {
        var url = request.RequestUri!;
        if (_authorization is not null && IsSameOrigin(url))
        {
            request.Headers.Authorization = _authorization;
        }

        try
        {
            return await operation.WaitAsync((token, isAlive) =>
            {
                if (request.Content is RequestBody body)
                {
                    body.OnProgress = isAlive;
                }

                return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
            }).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw exception.InnerException is AuthenticationException
                ? new GitOpsException(
                    GitReasons.CertificateRefused,
                    $"{Address.Display}: no secure connection: {exception.InnerException.Message} Check the server's certificate, or set Credentials.CertificateAuthority.",
                    exception)
                : new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the server cannot be reached: {exception.Message}", exception);
        }
    }

    private bool IsSameOrigin(Uri url) =>
        string.Equals(url.Host, _origin.Host, StringComparison.OrdinalIgnoreCase)
        && (url.Port == _origin.Port || (_origin is { Scheme: "http", Port: 80 } && url is { Scheme: "https", Port: 443 }))
        && (url.Scheme == _origin.Scheme || url.Scheme == Uri.UriSchemeHttps);

    private void Check(HttpResponseMessage response, string contentType)
    {
        var status = (int)response.StatusCode;
        if (status == 200)
        {
            if (string.Equals(response.Content.Headers.ContentType?.MediaType, contentType, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }

            response.Dispose();
            throw new GitOpsException(Reasons.FetchFailed, $"{Address.Display}: the answer is not Git's smart HTTP protocol. Is this the URL of a Git repository?");
        }

        response.Dispose();
        throw status switch
        {
            401 => new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the server {(_authorization is null ? "asks for credentials" : "refuses the credentials")} (401)."),
            403 => new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the credentials do not allow this (403)."),
            404 => new GitOpsException(Reasons.NotFound, $"{Address.Display}: there is no such repository, or the credentials do not allow to see it (404)."),
            407 => new GitOpsException(Reasons.AuthenticationFailed, $"{Address.Display}: the proxy asks for credentials (407)."),
            _ => new GitOpsException(Reasons.FetchFailed, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Address.Display}: the server answered {status}.")),
        };
    }

    private static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
