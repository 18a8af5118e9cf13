using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Client.Access;
using GitOps.Kubernetes.Leases;
using Polly;
using Polly.Retry;

namespace GitOps.Kubernetes.Client;

/// <summary>
/// All verbs on all kinds, objects in and out as trees: nothing is typed, so nothing is dropped.
/// Errors of the cluster come back as values.
/// </summary>
/// <remarks>Thread-safe. Clones made by <see cref="As"/> share connection, throttle and counters.</remarks>
internal sealed class DynamicClient
{
    private const string MetadataAccept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const string MetadataListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    private readonly ClusterConnection _connection;
    private readonly KubernetesOptions _options;
    private readonly TimeProvider _time;
    private readonly RequestThrottle _throttle;
    private readonly ResiliencePipeline<ApiResult> _pipeline;
    private readonly JsonReadOptions _json;
    private readonly RequestCounter _requests;
    private readonly WriteFence? _fence;

    public DynamicClient(ClusterConnection connection, KubernetesOptions options, TimeProvider time, Func<double>? randomizer = null, WriteFence? fence = null)
    {
        _fence = fence;
        _connection = connection;
        _options = options;
        _time = time;
        _throttle = new RequestThrottle(options.MaxConcurrency, time);
        _json = JsonReadOptions.Default with { MaxBytes = options.MaxResponseBytes };
        _pipeline = Retrying(options, time, randomizer);
        _requests = new RequestCounter();
    }

    private DynamicClient(DynamicClient original, string? impersonatedUser, WriteFence? fence)
    {
        _fence = fence;
        (_connection, _options, _time, _throttle, _pipeline, _json, _requests) =
            (original._connection, original._options, original._time, original._throttle, original._pipeline, original._json, original._requests);
        ImpersonatedUser = impersonatedUser;
    }

    public string? ImpersonatedUser { get; }

    /// <summary>How many requests were sent, retries included.</summary>
    public long RequestCount => _requests.Value;

    public Uri BaseUri => _connection.BaseUri;

    public string? DefaultNamespace => _connection.DefaultNamespace;

    /// <summary>The same client acting as a service account, <c>namespace/name</c>.</summary>
    public DynamicClient As(string? serviceAccount)
    {
        if (serviceAccount is null)
        {
            return this;
        }

        var slash = serviceAccount.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == serviceAccount.Length - 1 || serviceAccount.IndexOf('/', slash + 1) >= 0)
        {
            throw new ArgumentException($"The service account '{serviceAccount}' is not of the form namespace/name.", nameof(serviceAccount));
        }

        return new DynamicClient(this, $"system:serviceaccount:{serviceAccount[..slash]}:{serviceAccount[(slash + 1)..]}", _fence);
    }

    /// <summary>The same client behind another fence; behind none for the election itself, which writes in order to be let through.</summary>
    public DynamicClient Behind(WriteFence? fence) => new(this, ImpersonatedUser, fence);

    public ValueTask<ApiResult> GetAsync(ApiResource resource, string @namespace, string name, CancellationToken cancellationToken, bool metadataOnly = false) =>
        SendAsync(HttpMethod.Get, resource.Path(@namespace, name), null, null, metadataOnly ? MetadataAccept : null, cancellationToken);

    /// <summary>Reads any path: discovery, OpenAPI, readiness.</summary>
    public ValueTask<ApiResult> GetPathAsync(string path, string? accept, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, accept, cancellationToken);

    public ValueTask<ApiResult> CreateAsync(ApiResource resource, string @namespace, MapNode body, PatchOptions options, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, resource.Path(@namespace) + WriteQuery(options, apply: false), JsonTreeWriter.Write(body), "application/json", null, cancellationToken);

    public ValueTask<ApiResult> UpdateAsync(ApiResource resource, string @namespace, string name, MapNode body, PatchOptions options, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, resource.Path(@namespace, name, options.Subresource) + WriteQuery(options, apply: false), JsonTreeWriter.Write(body), "application/json", null, cancellationToken);

    public ValueTask<ApiResult> PatchAsync(ApiResource resource, string @namespace, string name, PatchKind kind, ReadOnlyMemory<byte> body, PatchOptions options, CancellationToken cancellationToken)
    {
        var mediaType = kind switch
        {
            PatchKind.Apply => "application/apply-patch+yaml",
            PatchKind.Merge => "application/merge-patch+json",
            PatchKind.Json => "application/json-patch+json",
            _ => "application/strategic-merge-patch+json",
        };
        return SendAsync(HttpMethod.Patch, resource.Path(@namespace, name, options.Subresource) + WriteQuery(options, kind == PatchKind.Apply), body, mediaType, null, cancellationToken, options.StatusOnly);
    }

    public ValueTask<ApiResult> DeleteAsync(ApiResource resource, string @namespace, string name, DeleteOptions options, CancellationToken cancellationToken)
    {
        var body = new MapNode();
        body.Set("apiVersion", "v1");
        body.Set("kind", "DeleteOptions");
        body.Set("propagationPolicy", options.PropagationPolicy);
        if (options.Uid is not null || options.ResourceVersion is not null)
        {
            var preconditions = body.GetOrAddMap("preconditions");
            if (options.Uid is not null)
            {
                preconditions.Set("uid", options.Uid);
            }

            if (options.ResourceVersion is not null)
            {
                preconditions.Set("resourceVersion", options.ResourceVersion);
            }
        }

        if (options.DryRun)
        {
            body.Set("dryRun", new ListNode([ScalarNode.String("All")]));
        }

        return SendAsync(HttpMethod.Delete, resource.Path(@namespace, name), JsonTreeWriter.Write(body), "application/json", null, cancellationToken);
    }

    /// <summary>Lists page by page and hands each object on, so that no more than one page is held.</summary>
    /// <returns>The resource version to watch from, or the error.</returns>
    public async ValueTask<(string ResourceVersion, ApiError? Error)> ListAsync(ApiResource resource, ListOptions options, Action<MapNode> onItem, CancellationToken cancellationToken)
    {
        var next = "";
        var paged = options.PageSize > 0;
        while (true)
        {
            var query = new StringBuilder();
            Selectors(query, options);
            if (paged)
            {
                Add(query, "limit", options.PageSize.ToString(CultureInfo.InvariantCulture));
            }

            if (next.Length != 0)
            {
                Add(query, "continue", next);
            }

            var result = await SendAsync(HttpMethod.Get, resource.Path(options.Namespace) + query, null, null, options.MetadataOnly ? MetadataListAccept : null, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                if (result.Error.IsGone && next.Length != 0)
                {
                    // The continue token outlived the server's history. Handing objects on twice does no harm, missing some would.
                    next = "";
                    paged = false;
                    continue;
                }

                return ("", result.Error);
            }

            var metadata = result.Body.GetMap("metadata");
            foreach (var node in result.Body.GetList("items") ?? [])
            {
                if (node is MapNode item)
                {
                    Identify(item, resource);
                    onItem(item);
                }
            }

            next = metadata?.GetString("continue") ?? "";
            if (next.Length == 0)
            {
                return (metadata?.GetString("resourceVersion") ?? "", null);
            }
        }
    }

    /// <summary>One watch from a resource version until the server or the token ends it.</summary>
    public async IAsyncEnumerable<WatchEvent> WatchOnceAsync(ApiResource resource, ListOptions options, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new StringBuilder();
        Selectors(query, options);
        Add(query, "watch", "1");
        Add(query, "allowWatchBookmarks", "true");
        Add(query, "resourceVersion", resourceVersion);

        // Servers end watches after a while on their own; asking keeps the moment in our hands and spreads reconnects.
        Add(query, "timeoutSeconds", (300 + (Math.Abs(resource.Plural.GetHashCode(StringComparison.Ordinal)) % 60)).ToString(CultureInfo.InvariantCulture));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_connection.BaseUri, resource.Path(options.Namespace) + query));
        request.Headers.TryAddWithoutValidation("Accept", options.MetadataOnly ? MetadataAccept : "application/json");
        Impersonate(request);

        HttpResponseMessage? response = null;
        ApiError? failure = null;
        try
        {
            var (http, used) = await _connection.AuthenticateAsync(request, cancellationToken).ConfigureAwait(false);
            _requests.Increment();
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    // The watch is begun anew after a while, then with new credentials.
                    _connection.Refuse(used);
                }

                failure = (await ReadResultAsync(response, cancellationToken).ConfigureAwait(false)).Error;
            }
        }
        catch (CredentialsException e)
        {
            failure = ApiError.NoCredentials(e.Message);
        }
        catch (Exception e) when (IsTransport(e, cancellationToken))
        {
            failure = Unreachable(e);
        }

        using (response)
        {
            if (failure is not null || response is null)
            {
                yield return new WatchEvent(WatchEventKind.Error, null, failure ?? ApiError.Unreachable("no response"));
                yield break;
            }

            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using var lines = new LineReader(stream, _options.MaxResponseBytes);
            while (true)
            {
                MapNode? line = null;
                WatchEvent? broken = null;
                try
                {
                    var bytes = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
                    if (bytes is null)
                    {
                        yield break;
                    }

                    if (bytes.Value.Length > 0)
                    {
                        line = JsonTreeReader.ReadMap(bytes.Value.Span, _json);
                    }
                }
                catch (Exception e) when (IsTransport(e, cancellationToken) || e is GitOpsException)
                {
                    broken = new WatchEvent(WatchEventKind.Error, null, Unreachable(e));
                }

                if (broken is not null)
                {
                    yield return broken.Value;
                    yield break;
                }

                if (line is null)
                {
                    continue;
                }

                var watched = line.GetMap("object");
                switch (line.GetString("type"))
                {
                    case "ADDED":
                        yield return new WatchEvent(WatchEventKind.Added, Identify(watched, resource));
                        break;
                    case "MODIFIED":
                        yield return new WatchEvent(WatchEventKind.Modified, Identify(watched, resource));
                        break;
                    case "DELETED":
                        yield return new WatchEvent(WatchEventKind.Deleted, Identify(watched, resource));
                        break;
                    case "BOOKMARK":
                        yield return new WatchEvent(WatchEventKind.Bookmark, watched);
                        break;
                    default:
                        var code = watched?["code"] is ScalarNode scalar && scalar.TryGetInt64(out var value) ? (int)value : 500;
                        yield return new WatchEvent(WatchEventKind.Error, null, ApiError.FromStatus(code, watched, null));
                        yield break;
                }
            }
        }
    }

    private static ResiliencePipeline<ApiResult> Retrying(KubernetesOptions options, TimeProvider time, Func<double>? randomizer)
    {
        var builder = new ResiliencePipelineBuilder<ApiResult> { TimeProvider = time };
        if (options.MaxRetries > 0)
        {
            var retry = new RetryStrategyOptions<ApiResult>
            {
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(10),
                UseJitter = true,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result.Error is { IsTransient: true }),
                DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result.Error?.RetryAfter),
            };
            if (randomizer is not null)
            {
                retry.Randomizer = randomizer;
            }

            builder.AddRetry(retry);
        }

        return builder.Build();
    }

    private async ValueTask<ApiResult> SendAsync(HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte>? body, string? mediaType, string? accept, CancellationToken cancellationToken, bool statusOnly = false)
    {
        var writes = method != HttpMethod.Get && !pathAndQuery.Contains("dryRun=All", StringComparison.Ordinal);
        var call = new Call(this, method, new Uri(_connection.BaseUri, pathAndQuery), body, mediaType, accept ?? "application/json", writes, statusOnly);
        return await _pipeline.ExecuteAsync(static (state, token) => state.Client.SendOnceAsync(state, token), call, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ApiResult> SendOnceAsync(Call call, CancellationToken cancellationToken)
    {
        await _throttle.EnterAsync(cancellationToken).ConfigureAwait(false);
        var succeeded = false;
        try
        {
            // Asked at the last moment, after the wait for a place and for each repetition anew.
            if (call.Writes && _fence?.Check() is { } refused)
            {
                return ApiResult.Failure(refused);
            }

            using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var (result, used) = await ExchangeAsync(call, linked.Token, cancellationToken).ConfigureAwait(false);
            if (result.StatusCode == 401 && _connection.Refuse(used))
            {
                (result, _) = await ExchangeAsync(call, linked.Token, cancellationToken).ConfigureAwait(false);
            }

            succeeded = result.StatusCode is > 0 and < 500 and not 429;
            if (result.Error is { StatusCode: 429 or 503 } busy)
            {
                _throttle.Busy(busy.RetryAfter);
            }

            return result;
        }
        finally
        {
            _throttle.Exit(succeeded);
        }
    }

    private async ValueTask<(ApiResult Result, Credentials.Current? Used)> ExchangeAsync(Call call, CancellationToken limited, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, call.Uri);
        request.Headers.TryAddWithoutValidation("Accept", call.Accept);
        Impersonate(request);
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(call.MediaType!);
        }

        try
        {
            var (http, used) = await _connection.AuthenticateAsync(request, limited).ConfigureAwait(false);
            _requests.Increment();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited).ConfigureAwait(false);
            return (await ReadResultAsync(response, limited, call.StatusOnly).ConfigureAwait(false), used);
        }
        catch (CredentialsException e)
        {
            return (ApiResult.Failure(ApiError.NoCredentials(e.Message)), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (ApiResult.Failure(ApiError.Unreachable($"{_connection.BaseUri} gave no answer within {_options.RequestTimeout.TotalSeconds:0.#} seconds")), null);
        }
        catch (Exception e) when (IsTransport(e, cancellationToken))
        {
            return (ApiResult.Failure(Unreachable(e)), null);
        }
    }

    private async ValueTask<ApiResult> ReadResultAsync(HttpResponseMessage response, CancellationToken cancellationToken, bool statusOnly = false)
    {
        var status = (int)response.StatusCode;
        var (buffer, length, tooLarge) = await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        try
        {
            if (tooLarge)
            {
                return ApiResult.Failure(new ApiError(413, "ResponseTooLarge", $"the response is larger than the limit of {_options.MaxResponseBytes} bytes (KubernetesOptions.MaxResponseBytes)"));
            }

            if (statusOnly && response.StatusCode == HttpStatusCode.Created)
            {
                return ApiResult.Success(status, new MapNode());
            }

            MapNode? map = null;
            if (length > 0 && response.Content.Headers.ContentType?.MediaType is "application/json" or null)
            {
                try
                {
                    map = JsonTreeReader.ReadMap(buffer.AsSpan(0, length), _json);
                }
                catch (GitOpsException e) when (response.IsSuccessStatusCode)
                {
                    return ApiResult.Failure(new ApiError(status, "BadResponse", $"the response is not the JSON that was asked for: {e.Message}"));
                }
                catch (GitOpsException)
                {
                    map = null;
                }
            }

            if (response.IsSuccessStatusCode)
            {
                return map is null ? ApiResult.Failure(new ApiError(status, "BadResponse", "the response holds no JSON object")) : ApiResult.Success(status, map);
            }

            if (map is null && length > 0)
            {
                map = new MapNode();
                map.Set("message", Encoding.UTF8.GetString(buffer, 0, Math.Min(length, 1024)).Trim());
            }

            return ApiResult.Failure(ApiError.FromStatus(status, map, RetryAfter(response)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<(byte[] Buffer, int Length, bool TooLarge)> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var expected = content.Headers.ContentLength is { } announced ? Math.Min(announced + 1, _options.MaxResponseBytes + 1L) : 16 * 1024;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Max(expected, 256));
        var length = 0;
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return (buffer, length, false);
                }

                length += read;
                if (length > _options.MaxResponseBytes)
                {
                    return (buffer, 0, true);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private void Impersonate(HttpRequestMessage request)
    {
        if (ImpersonatedUser is not null)
        {
            request.Headers.TryAddWithoutValidation("Impersonate-User", ImpersonatedUser);
        }
    }

    private ApiError Unreachable(Exception e)
    {
        var cause = e;
        while (cause.InnerException is not null)
        {
            cause = cause.InnerException;
        }

        return ApiError.Unreachable($"{_connection.BaseUri} cannot be reached: {cause.Message}");
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } when delta > TimeSpan.Zero => delta,
        { Date: { } date } => date - _time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null,
        _ => null,
    };

    private static bool IsTransport(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or System.Net.Sockets.SocketException or ProtocolViolationException or System.Security.Authentication.AuthenticationException
            or k8s.Exceptions.KubeConfigException or k8s.Exceptions.KubernetesClientException;

    private static MapNode? Identify(MapNode? item, ApiResource resource)
    {
        // Items of a list carry neither; metadata-only answers carry PartialObjectMetadata.
        if (item is not null && (!item.ContainsKey("kind") || item.GetString("kind") == "PartialObjectMetadata"))
        {
            item.Set("apiVersion", resource.ApiVersion);
            item.Set("kind", resource.Kind);
        }

        return item;
    }

    private static string WriteQuery(PatchOptions options, bool apply)
    {
        var query = new StringBuilder();
        if (options.FieldManager is not null)
        {
            Add(query, "fieldManager", options.FieldManager);
        }

        if (apply && options.Force)
        {
            Add(query, "force", "true");
        }

        if (options.DryRun)
        {
            Add(query, "dryRun", "All");
        }

        if (options.FieldValidation is not null)
        {
            Add(query, "fieldValidation", options.FieldValidation);
        }

        return query.ToString();
    }

    private static void Selectors(StringBuilder query, ListOptions options)
    {
        if (options.LabelSelector is not null)
        {
            Add(query, "labelSelector", options.LabelSelector);
        }

        if (options.FieldSelector is not null)
        {
            Add(query, "fieldSelector", options.FieldSelector);
        }
    }

    private static void Add(StringBuilder query, string key, string value) =>
        query.Append(query.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value));

    private sealed record Call(DynamicClient Client, HttpMethod Method, Uri Uri, ReadOnlyMemory<byte>? Body, string? MediaType, string Accept, bool Writes, bool StatusOnly);

    private sealed class RequestCounter
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Increment() => Interlocked.Increment(ref _value);
    }
}
