using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GitOps.Testing;

namespace GitOps.Testing.Tests;

/// <summary>Talks JSON to an in-memory cluster.</summary>
internal sealed class ClusterClient : IDisposable
{
    private readonly HttpClient _http;

    public ClusterClient(InMemoryCluster cluster, string? token = null)
    {
        _http = new HttpClient { BaseAddress = cluster.Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token ?? cluster.Token);
    }

    public HttpClient Http => _http;

    public async Task<(int Status, JsonNode Body)> SendAsync(string method, string path, string? body = null, string contentType = "application/json", string? accept = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (header is { } extra)
        {
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)! : JsonValue.Create(text)!);
    }

    public Task<(int Status, JsonNode Body)> ApplyAsync(string path, string body, string manager = "test") =>
        SendAsync("PATCH", $"{path}?fieldManager={manager}", body, "application/apply-patch+yaml");

    /// <summary>Watches until an event fits; the test's own timeout ends the wait.</summary>
    public async Task<JsonNode> WaitAsync(string path, Func<JsonNode, bool> fits)
    {
        using var response = await _http.GetAsync(new Uri($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}watch=true", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var change = JsonNode.Parse(line)!;
            if (fits(change))
            {
                return change;
            }
        }

        throw new InvalidOperationException($"the watch of {path} ended early");
    }

    public void Dispose() => _http.Dispose();
}
