using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GitOps.Testing;

namespace GitOps.Conformance.Tests.ServerSideApply;

/// <summary>Replays requests that were recorded from a real API server against the in-memory one.</summary>
public sealed class ServerSideApplyTests
{
    [Fact]
    public async Task Replay_RecordedSequences_AnswersAreTheSame()
    {
        var sequences = RecordedSequences.Load("ssa");
        if (sequences is null)
        {
            Assert.Skip("shared/conformance/ssa is not on this machine.");
        }

        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Namespaces = ["conformance"] }, TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = cluster.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        await InstallAsync(client, File.ReadAllText(Path.Combine(RecordedData.Require("conformance/ssa"), "widget-crd.json")));
        var failures = new List<string>();
        var steps = 0;
        foreach (var sequence in sequences)
        {
            steps += sequence!["steps"]!.AsArray().Count;
            if (await ReplayAsync(client, sequence) is { } failure)
            {
                failures.Add(failure);
            }
        }

        failures.Should().BeEmpty($"{sequences.Count} sequences with {steps} requests were recorded from a real server; {failures.Count} differ");
    }

    private static async Task InstallAsync(HttpClient client, string crd)
    {
        using var content = new StringContent(crd, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", content, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<string?> ReplayAsync(HttpClient client, JsonNode sequence)
    {
        string? path = null;
        try
        {
            var index = 0;
            foreach (var step in sequence["steps"]!.AsArray())
            {
                path = step!["path"]!.GetValue<string>().Split('?')[0];
                if (await StepAsync(client, step) is { } problem)
                {
                    return $"{sequence["name"]} step {index}: {problem}";
                }

                index++;
            }

            return null;
        }
        finally
        {
            await DeleteAsync(client, path!);
        }
    }

    private static async Task DeleteAsync(HttpClient client, string path)
    {
        var name = path.EndsWith("/obj", StringComparison.Ordinal) ? path : path + "/obj";
        using var deleted = await client.DeleteAsync(name, TestContext.Current.CancellationToken);
        if (!deleted.IsSuccessStatusCode)
        {
            return;
        }

        // Finalizers would keep the object for the next sequence.
        using var release = new HttpRequestMessage(HttpMethod.Patch, name) { Content = new StringContent("""{"metadata":{"finalizers":null}}""") };
        release.Content.Headers.ContentType = new MediaTypeHeaderValue("application/merge-patch+json");
        using var released = await client.SendAsync(release, TestContext.Current.CancellationToken);
    }

    private static async Task<string?> StepAsync(HttpClient client, JsonNode step)
    {
        var path = step["path"]!.GetValue<string>();
        var body = step["body"]!.DeepClone();
        if (step["op"]!.GetValue<string>() == "update")
        {
            var live = JsonNode.Parse(await client.GetStringAsync(new Uri(path.Split('?')[0], UriKind.Relative), TestContext.Current.CancellationToken))!;
            Fill(body, live);
        }

        using var request = new HttpRequestMessage(new HttpMethod(step["method"]!.GetValue<string>()), path) { Content = new StringContent(body.ToJsonString()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(step["contentType"]!.GetValue<string>());
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var actual = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        var expected = step["response"]!;
        var status = step["status"]!.GetValue<int>();
        if ((int)response.StatusCode != status)
        {
            return $"status {(int)response.StatusCode} instead of {status}\n  actual   {actual.ToJsonString()}\n  expected {expected.ToJsonString()}";
        }

        if (status >= 300)
        {
            var same = actual["reason"]?.ToString() == expected["reason"]?.ToString() && actual["code"]?.ToString() == expected["code"]?.ToString()
                && RecordedSequences.CauseFields(actual).SequenceEqual(RecordedSequences.CauseFields(expected));
            return same ? null : $"another error\n  actual   {actual.ToJsonString()}\n  expected {expected.ToJsonString()}";
        }

        var left = RecordedSequences.Canonical(RecordedSequences.Tokenize(actual));
        var right = RecordedSequences.Canonical(RecordedSequences.Tokenize(expected.DeepClone()));
        return left == right ? null : $"another object\n  actual   {left}\n  expected {right}";
    }

    private static void Fill(JsonNode body, JsonNode live)
    {
        // The recorder read the object, changed it and sent it back.
        foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp"])
        {
            if (body["metadata"]?[field] is not null)
            {
                body["metadata"]![field] = live["metadata"]![field]!.DeepClone();
            }
        }

        if (body["metadata"]?["managedFields"] is not null)
        {
            body["metadata"]!["managedFields"] = live["metadata"]!["managedFields"]!.DeepClone();
        }

        if (body["spec"] is JsonObject spec && live["spec"] is JsonObject liveSpec)
        {
            foreach (var field in (string[])["clusterIP", "clusterIPs"])
            {
                if (spec[field] is not null && liveSpec[field] is { } value)
                {
                    spec[field] = value.DeepClone();
                }
            }

            var ports = liveSpec["ports"] as JsonArray;
            foreach (var port in spec["ports"] as JsonArray ?? [])
            {
                if (port?["nodePort"]?.ToString() == "{{nodePort}}")
                {
                    port["nodePort"] = ports?.FirstOrDefault(p => p?["port"]?.ToString() == port["port"]?.ToString())?["nodePort"]?.DeepClone();
                }
            }
        }
    }
}
