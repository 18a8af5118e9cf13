using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace GitOps.Helm;

/// <summary>Reads chart repositories over HTTP(S).</summary>
/// <remarks>
/// Thread-safe. Every response has a limit. Credentials go to the repository's own scheme, host and port only, unless
/// <see cref="HelmRepositoryOptions.PassCredentials"/> is set, and never follow a redirect.
/// </remarks>
public sealed class HelmRepositoryClient : IDisposable
{
    private readonly HelmRepositoryOptions _options;
    private readonly HttpClient _client;
    private KnownIndex? _known;

    /// <summary>Makes a client.</summary>
    /// <param name="options">How the repository is reached.</param>
    /// <exception cref="ArgumentException">The address is neither http nor https.</exception>
    public HelmRepositoryClient(HelmRepositoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Url.IsAbsoluteUri || options.Url.Scheme is not ("http" or "https"))
        {
            var text = options.Url.OriginalString;
            throw new ArgumentException(OciAddress.IsOne(text) ? OciAddress.Advice(text) : "The address of a chart repository must start with http:// or https://.", nameof(options));
        }

        _options = options;
        _client = new HttpClient(CreateHandler(options), disposeHandler: true) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Fetches the index; a server that gives it a tag sends it again only when it changed.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The index.</returns>
    /// <exception cref="HelmException">The index cannot be fetched or read, or is too large.</exception>
    public async ValueTask<HelmRepositoryIndex> GetIndexAsync(CancellationToken cancellationToken)
    {
        // One field, read and replaced as a whole: the tag and its index belong together.
        var known = Volatile.Read(ref _known);
        var (content, tag) = await GetAsync(Resolve("index.yaml"), _options.MaxIndexSize, known?.Tag, cancellationToken).ConfigureAwait(false);
        if (content is null)
        {
            return known!.Index;
        }

        var index = HelmRepositoryIndex.Parse(content);
        Volatile.Write(ref _known, tag is null ? null : new KnownIndex(tag, index));
        return index;
    }

    /// <summary>Downloads a packaged chart and checks it against the index's digest.</summary>
    /// <param name="version">The version, from the index.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The package.</returns>
    /// <exception cref="HelmException">The package cannot be fetched, is too large, or is not the one the index means.</exception>
    public async ValueTask<byte[]> DownloadAsync(HelmChartVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Urls.Count == 0)
        {
            throw new HelmException(Reasons.FetchFailed, $"chart {version.Name}-{version.Version} has no downloadable URLs");
        }

        var (content, _) = await GetAsync(Resolve(version.Urls[0]), _options.MaxArchiveSize, null, cancellationToken).ConfigureAwait(false);
        var archive = content!;
        var digest = version.Digest.StartsWith("sha256:", StringComparison.Ordinal) ? version.Digest["sha256:".Length..] : version.Digest;
        if (digest.Length > 0 && !digest.Equals(Convert.ToHexStringLower(SHA256.HashData(archive)), StringComparison.OrdinalIgnoreCase))
        {
            throw new HelmException(Reasons.VerificationFailed, $"chart {version.Name}-{version.Version}: the package's SHA-256 is not the one the repository's index gives");
        }

        return archive;
    }

    /// <summary>Finds, downloads and loads a chart.</summary>
    /// <param name="chart">The chart's name.</param>
    /// <param name="version">A version or a range; empty for the newest release.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="HelmException">There is no such chart, or it cannot be fetched or loaded.</exception>
    public async ValueTask<HelmChart> LoadAsync(string chart, string version, CancellationToken cancellationToken)
    {
        var index = await GetIndexAsync(cancellationToken).ConfigureAwait(false);
        var archive = await DownloadAsync(index.Find(chart, version), cancellationToken).ConfigureAwait(false);
        return HelmChart.LoadArchive(archive, _options.Limits, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler CreateHandler(HelmRepositoryOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate | DecompressionMethods.Brotli,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxAutomaticRedirections = 10,
        };
        if (options.ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        if (options.InsecureSkipTlsVerify)
        {
#pragma warning disable CA5359 // The user asked for it by name, for a test server whose certificate nobody signed.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.CertificateAuthorities.Count > 0)
        {
            var authorities = new X509Certificate2Collection(options.CertificateAuthorities.ToArray());
            handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, errors) => IsTrusted(server, errors, authorities);
        }

        return handler;
    }

    private static bool IsTrusted(X509Certificate? server, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (server is not X509Certificate2 certificate || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    /// <summary>An address of the index or a chart; relative ones start at the repository, whose query they inherit.</summary>
    private Uri Resolve(string reference)
    {
        if (Uri.TryCreate(reference, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https")
        {
            return absolute;
        }

        var folder = new UriBuilder(_options.Url) { Query = "", Fragment = "" };
        folder.Path = folder.Path.EndsWith('/') ? folder.Path : $"{folder.Path}/";
        if (!Uri.TryCreate(folder.Uri, reference, out var resolved) || resolved.Scheme is not ("http" or "https"))
        {
            throw new HelmException(Reasons.FetchFailed, OciAddress.IsOne(reference)
                ? $"the repository's index sends to a registry: {OciAddress.Advice(reference)}"
                : $"the repository's index names '{reference}', which is no http address");
        }

        return _options.Url.Query.Length > 0 && resolved.Query.Length == 0 ? new UriBuilder(resolved) { Query = _options.Url.Query }.Uri : resolved;
    }

    /// <summary>Fetches; the content is null when it is still the one that has the tag.</summary>
    private async ValueTask<(byte[]? Content, string? Tag)> GetAsync(Uri address, long limit, string? tag, CancellationToken cancellationToken)
    {
        var shown = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("GitOps.Helm", "1.0"));
            if (_options.Username is { } user && (_options.PassCredentials || IsSameServer(address)))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{_options.Password}")));
            }

            if (tag is not null)
            {
                request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            }

            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            if (tag is not null && response.StatusCode == HttpStatusCode.NotModified)
            {
                return default;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new HelmException(
                    response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? Reasons.AuthenticationFailed : response.StatusCode == HttpStatusCode.NotFound ? Reasons.NotFound : Reasons.FetchFailed,
                    $"failed to fetch {shown} : {(int)response.StatusCode} {response.ReasonPhrase}");
            }

            return (await ReadAsync(response, limit, shown, timeout.Token).ConfigureAwait(false), response.Headers.ETag?.ToString());
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HelmException(Reasons.Timeout, $"{shown} did not answer within {_options.Timeout}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HelmException(Reasons.FetchFailed, $"{shown} cannot be reached: {e.Message}", e);
        }
    }

    private static async ValueTask<byte[]> ReadAsync(HttpResponseMessage response, long limit, string shown, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            throw TooLarge(shown, limit);
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var content = new MemoryStream();
            var buffer = new byte[81920];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (content.Length + read > limit)
                {
                    throw TooLarge(shown, limit);
                }

                content.Write(buffer, 0, read);
            }

            return content.ToArray();
        }
    }

    private static HelmException TooLarge(string shown, long limit) => new(Reasons.LimitExceeded, $"{shown} is larger than the limit of {limit} bytes");

    private bool IsSameServer(Uri address) =>
        string.Equals(address.Scheme, _options.Url.Scheme, StringComparison.Ordinal)
        && address.Host.Equals(_options.Url.Host, StringComparison.OrdinalIgnoreCase)
        && address.Port == _options.Url.Port;

    private sealed record KnownIndex(string Tag, HelmRepositoryIndex Index);
}
