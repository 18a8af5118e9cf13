using System.Net;
using System.Text;
using GitOps.Json;
using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Tests;

/// <summary>An API server that a test answers for, without a network.</summary>
internal sealed class ScriptedApi(Func<HttpRequestMessage, MapNode?, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public ScriptedApi(Func<HttpRequestMessage, MapNode?, HttpResponseMessage> answer)
        : this((request, body, _) => Task.FromResult(answer(request, body)))
    {
    }

    public List<string> Requests { get; } = [];

    public DynamicClient Client(TimeProvider time, KubernetesOptions? options = null) =>
        new(new ClusterConnection(new HttpClient(this, disposeHandler: false), new Uri("http://scripted.example/")), options ?? new KubernetesOptions(), time, static () => 0.5);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Refusal(HttpStatusCode status, string reason = "", string message = "refused") =>
        Json($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"{{reason}}","message":"{{message}}","code":{{(int)status}}}""", status);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : JsonTreeReader.ReadMap(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        lock (Requests)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        }

        return await answer(request, body, cancellationToken);
    }
}
