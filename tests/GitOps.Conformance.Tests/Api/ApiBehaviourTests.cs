using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GitOps.Conformance.Tests.ServerSideApply;
using GitOps.Testing;

namespace GitOps.Conformance.Tests.Api;

/// <summary>Replays API requests and watches that were recorded from a real API server against the in-memory one.</summary>
public sealed class ApiBehaviourTests
{
    private const string Namespace = "api-conformance";

    [Fact]
    public async Task Replay_RecordedSequences_AnswersAreTheSame()
    {
        var sequences = RecordedSequences.Load("api");
        if (sequences is null)
        {
            Assert.Skip("shared/conformance/api is not on this machine.");
        }

        var failures = new List<string>();
        foreach (var sequence in sequences)
        {
            failures.AddRange(await ReplayAsync(sequence!));
        }

        failures.Should().BeEmpty($"{sequences.Count} sequences were recorded from a real server");
    }

    private static async Task<IEnumerable<string>> ReplayAsync(JsonNode sequence)
    {
        // Each sequence starts in an empty namespace, and a cluster starts in milliseconds.
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Namespaces = [Namespace] }, TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = cluster.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("conformance/1.0");
        var watch = sequence["watch"] is { } path ? await WatchAsync(client, path.ToString().Replace("{ns}", Namespace, StringComparison.Ordinal), sequence["watchFrom"]!.ToString()) : null;
        var failures = new List<string>();
        JsonNode? previous = null;
        foreach (var step in sequence["steps"]!.AsArray())
        {
            var (status, answer) = await SendAsync(client, step!, previous);
            previous = answer.DeepClone();
            if (Compare(step!, status, answer) is { } problem)
            {
                failures.Add($"{sequence["name"]}: {step!["method"]} {step["path"]}: {problem}");
            }
        }

        if (watch is not null)
        {
            failures.AddRange(await CompareEventsAsync(sequence, watch));
        }

        return failures;
    }

    private static async Task<(int Status, JsonNode Answer)> SendAsync(HttpClient client, JsonNode step, JsonNode? previous)
    {
        var path = step["path"]!.ToString().Replace("{ns}", Namespace, StringComparison.Ordinal)
            .Replace("{continue}", Uri.EscapeDataString(previous?["metadata"]?["continue"]?.ToString() ?? ""), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(step["method"]!.ToString()), path);
        if (step["body"] is { } body)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(step["contentType"]!.ToString());
        }

        if (step["accept"] is { } accept)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept.ToString());
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    private static string? Compare(JsonNode step, int status, JsonNode actual)
    {
        var expected = step["response"]!;
        if (status != step["status"]!.GetValue<int>())
        {
            return $"status {status} instead of {step["status"]}: {actual.ToJsonString()}";
        }

        if (status >= 300)
        {
            return actual["reason"]?.ToString() == expected["reason"]?.ToString() && RecordedSequences.CauseFields(actual).SequenceEqual(RecordedSequences.CauseFields(expected))
                ? null
                : $"another error\n  actual   {actual.ToJsonString()}\n  expected {expected.ToJsonString()}";
        }

        var left = Canonical(actual);
        var right = Canonical(expected);
        return left == right ? null : $"another object\n  actual   {left}\n  expected {right}";
    }

    private static string Canonical(JsonNode node)
    {
        // The uid also stands in labels that are made of it, and ages in the cells of tables.
        var uid = node["metadata"]?["uid"]?.ToString();
        var text = uid is { Length: > 0 } ? node.ToJsonString().Replace(uid, "{{uid}}", StringComparison.Ordinal) : node.ToJsonString();
        var copy = JsonNode.Parse(text)!;
        foreach (var row in copy["rows"] as JsonArray ?? [])
        {
            var cells = row!["cells"]!.AsArray();
            if (cells[^1]!.ToString().EndsWith('s'))
            {
                cells[^1] = "{{age}}";
            }
        }

        return RecordedSequences.Canonical(RecordedSequences.Tokenize(copy));
    }

    private static async Task<StreamReader> WatchAsync(HttpClient client, string path, string from)
    {
        if (from == "current")
        {
            var list = JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;
            from = list["metadata"]!["resourceVersion"]!.ToString();
        }

        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var response = await client.GetAsync(new Uri($"{path}{separator}watch=true&resourceVersion={from}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<IEnumerable<string>> CompareEventsAsync(JsonNode sequence, StreamReader watch)
    {
        using var reader = watch;
        var failures = new List<string>();
        foreach (var expected in sequence["events"]!.AsArray())
        {
            JsonNode actual;
            do
            {
                actual = JsonNode.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!)!;
            }
            while (actual["type"]!.ToString() == "BOOKMARK");
            if (actual["type"]!.ToString() != expected!["type"]!.ToString())
            {
                failures.Add($"{sequence["name"]}: event {actual["type"]} instead of {expected["type"]}");
            }
            else if (actual["type"]!.ToString() != "ERROR" && Canonical(actual["object"]!) != Canonical(expected["object"]!))
            {
                failures.Add($"{sequence["name"]}: another object in {actual["type"]}\n  actual   {Canonical(actual["object"]!)}\n  expected {Canonical(expected["object"]!)}");
            }
        }

        return failures;
    }
}
