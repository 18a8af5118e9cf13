using System.Globalization;
using System.Net;
using GitOps.Json;

namespace GitOps.Kubernetes.Tests.Leases;

/// <summary>One Lease with the optimistic locking of an API server.</summary>
internal sealed class LeaseApi
{
    private readonly Lock _lock = new();
    private MapNode? _lease;
    private int _version;

    public LeaseApi() => Api = new ScriptedApi(AnswerAsync);

    public ScriptedApi Api { get; }

    /// <summary>Refuses the writes of an identity, giving back included.</summary>
    public string? Refused { get; set; }

    /// <summary>Never answers the writes of an identity.</summary>
    public string? Silent { get; set; }

    public string? Holder
    {
        get
        {
            lock (_lock)
            {
                return _lease?.GetMap("spec")?.GetString("holderIdentity");
            }
        }
    }

    public MapNode? Spec
    {
        get
        {
            lock (_lock)
            {
                return _lease?.GetMap("spec");
            }
        }
    }

    /// <summary>Writes the lease as somebody else does.</summary>
    public void Put(string holder, string spec)
    {
        lock (_lock)
        {
            _lease = JsonTreeReader.ReadMap(System.Text.Encoding.UTF8.GetBytes(
                $$$"""{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"n"},"spec":{"holderIdentity":"{{{holder}}}"{{{spec}}} } }"""));
            Stamp();
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, MapNode? body, CancellationToken cancellationToken)
    {
        var writer = body?.GetMap("spec")?.GetString("holderIdentity");
        if (writer is not null && writer == Silent)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        lock (_lock)
        {
            if (Refused is not null && (writer == Refused || writer is { Length: 0 }))
            {
                return ScriptedApi.Refusal(HttpStatusCode.InternalServerError);
            }

            if (request.Method == HttpMethod.Post)
            {
                if (_lease is not null)
                {
                    return ScriptedApi.Refusal(HttpStatusCode.Conflict, "AlreadyExists");
                }

                _lease = body;
                Stamp();
            }
            else if (_lease is null)
            {
                return ScriptedApi.Refusal(HttpStatusCode.NotFound, "NotFound");
            }
            else if (request.Method == HttpMethod.Put)
            {
                if (body!.GetMap("metadata")!.GetString("resourceVersion") != _lease.GetMap("metadata")!.GetString("resourceVersion"))
                {
                    return ScriptedApi.Refusal(HttpStatusCode.Conflict, "Conflict");
                }

                _lease = body;
                Stamp();
            }

            return ScriptedApi.Json(JsonTreeWriter.WriteText(_lease!));
        }
    }

    private void Stamp() => _lease!.GetMap("metadata")!.Set("resourceVersion", (++_version).ToString(CultureInfo.InvariantCulture));
}
