using GitOps.Testing.Discovery;
using Microsoft.AspNetCore.Http;

namespace GitOps.Testing;

/// <summary>Takes requests: who asks, what for, and who answers.</summary>
internal sealed class ApiServer
{
    private readonly ClusterState _state;
    private readonly InMemoryClusterOptions _options;
    private readonly ResourceHandler _resources;
    private readonly DiscoveryHandler _discovery;

    public ApiServer(ClusterState state, InMemoryClusterOptions options)
    {
        _state = state;
        _options = options;
        _resources = new ResourceHandler(state);
        _discovery = new DiscoveryHandler(state);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        var info = RequestInfo.Parse(http.Request.Method, path, http.Request.Query["watch"] is { Count: > 0 } w && w[0] is "true" or "1" or "");
        var request = new RequestContext(http, info, new UserInfo("system:anonymous", ["system:unauthenticated"]));
        http.Items["time"] = _state.Time;
        try
        {
            var fault = _state.Faults.Find(new FaultRequest(info.Verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name, path));
            if (fault is not null && await ActAsync(fault, request).ConfigureAwait(false))
            {
                return;
            }

            var user = Authenticate(http, path);
            user = Impersonate(http, user);
            request = new RequestContext(http, info, user);
            Authorize(request, path);
            if (fault?.CutAfter == true)
            {
                // The work is done but its answer goes nowhere, which is what a client must be able to live with.
                var body = http.Response.Body;
                http.Response.Body = Stream.Null;
                await RouteAsync(request, path).ConfigureAwait(false);
                http.Response.Body = body;
                http.Abort();
                return;
            }

            await RouteAsync(request, path).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            await FailAsync(request, e.Status).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await FailAsync(request, ApiException.Internal($"{e.GetType().Name}: {e.Message}").Status).ConfigureAwait(false);
        }
    }

    private static async Task FailAsync(RequestContext request, ApiStatus status)
    {
        if (request.Http.Response.HasStarted)
        {
            request.Http.Abort();
            return;
        }

        if (status.RetryAfterSeconds is { } seconds)
        {
            request.Http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await request.WriteAsync(status.Code, status.ToNode()).ConfigureAwait(false);
    }

    private async ValueTask<bool> ActAsync(FaultRule fault, RequestContext request)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, _state.Time, request.Aborted).ConfigureAwait(false);
        }

        if (fault.StatusCode is not { } code)
        {
            return false;
        }

        await FailAsync(request, new ApiStatus
        {
            Code = code,
            Reason = code switch
            {
                401 => "Unauthorized",
                403 => "Forbidden",
                404 => "NotFound",
                409 => "Conflict",
                410 => "Expired",
                429 => "TooManyRequests",
                503 => "ServiceUnavailable",
                504 => "Timeout",
                _ => "InternalError",
            },
            Message = "injected fault",
            RetryAfterSeconds = code is 429 or 503 ? fault.RetryAfterSeconds : null,
        }).ConfigureAwait(false);
        return true;
    }

    private UserInfo Authenticate(HttpContext http, string path)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && _state.Tokens.Find(header["Bearer ".Length..].Trim()) is { } user)
        {
            return user;
        }

        if (_options.AllowAnonymous)
        {
            return new UserInfo("kubernetes-admin", ["system:masters", "system:authenticated"]);
        }

        if (header.Length == 0 && path is "/healthz" or "/livez" or "/readyz" or "/version")
        {
            return new UserInfo("system:anonymous", ["system:unauthenticated"]);
        }

        throw new ApiException(new ApiStatus { Code = 401, Reason = "Unauthorized", Message = "Unauthorized" });
    }

    private UserInfo Impersonate(HttpContext http, UserInfo user)
    {
        var name = http.Request.Headers["Impersonate-User"].ToString();
        if (name.Length == 0)
        {
            return user;
        }

        if (!_state.Authorizer.Allows(user, new AccessRequest("impersonate", "", "users", "", "", name, "")))
        {
            throw ApiException.Forbidden("", "users", name, $"User \"{user.Name}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
        }

        var groups = http.Request.Headers["Impersonate-Group"].Where(static g => g is not null).Select(static g => g!).ToList();
        const string accountPrefix = "system:serviceaccount:";
        if (name.StartsWith(accountPrefix, StringComparison.Ordinal) && groups.Count == 0)
        {
            groups.Add("system:serviceaccounts");
            groups.Add($"system:serviceaccounts:{name[accountPrefix.Length..].Split(':')[0]}");
        }

        if (!groups.Contains("system:authenticated"))
        {
            groups.Add("system:authenticated");
        }

        return new UserInfo(name, groups, http.Request.Headers["Impersonate-Uid"].ToString());
    }

    private void Authorize(RequestContext request, string path)
    {
        var info = request.Info;
        var access = info.IsResource
            ? new AccessRequest(info.Verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name, "")
            : new AccessRequest(info.Verb, "", "", "", "", "", path);
        if (_state.Authorizer.Allows(request.User, access))
        {
            return;
        }

        var where = info.Namespace.Length > 0 ? $"in the namespace \"{info.Namespace}\"" : "at the cluster scope";
        var resource = info.Subresource.Length > 0 ? $"{info.Resource}/{info.Subresource}" : info.Resource;
        throw info.IsResource
            ? ApiException.Forbidden(info.Group, info.Resource, info.Name, $"User \"{request.User.Name}\" cannot {info.Verb} resource \"{resource}\" in API group \"{info.Group}\" {where}")
            : new ApiException(new ApiStatus { Code = 403, Reason = "Forbidden", Message = $"forbidden: User \"{request.User.Name}\" cannot {info.Verb} path \"{path}\"" });
    }

    private async Task RouteAsync(RequestContext request, string path)
    {
        if (!request.Info.IsResource)
        {
            await _discovery.HandleAsync(request, path).ConfigureAwait(false);
            return;
        }

        var definition = _state.Registry.Find(request.Info.Group, request.Info.Resource) ?? throw ApiException.PathNotFound();
        var version = definition.Version(request.Info.Version) ?? throw ApiException.PathNotFound();
        await _resources.HandleAsync(request, definition, version).ConfigureAwait(false);
    }
}
