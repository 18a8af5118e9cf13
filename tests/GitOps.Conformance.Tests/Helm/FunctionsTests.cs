using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GitOps.Helm;
using GitOps.Helm.Templates;

namespace GitOps.Conformance.Tests.Helm;

/// <summary>The recorded one-template snippets: the language, every Sprig and Helm function, byte for byte.</summary>
public sealed partial class FunctionsTests
{
    private const string ChartYaml = """
        apiVersion: v2
        name: t
        version: 1.2.3
        appVersion: "4.5.6"
        description: test chart
        kubeVersion: ">=1.20.0-0"
        keywords: [a, b]
        home: https://example.com
        maintainers:
        - name: m
          email: m@example.com
        annotations:
          a/b: "c"

        """;

    private static readonly Lazy<Dictionary<string, JsonElement>> Snippets = new(Load);
    private static readonly ConcurrentDictionary<string, Lazy<string?>> Results = new(StringComparer.Ordinal);

    public static TheoryData<string> Cases() => RecordedData.Find("conformance/helm") is not null ? [.. Snippets.Value.Keys] : ["(absent)"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Render_RecordedSnippet_PrintsRecordedBytes(string name)
    {
        _ = RecordedData.Require("conformance/helm");
        Result(name).Should().BeNull();
    }

    [Fact]
    public void Render_AllRecordedSnippets_ArePrinted()
    {
        _ = RecordedData.Require("conformance/helm");
        var failures = Snippets.Value.Keys.Where(n => Result(n) is not null).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"helm functions: {Snippets.Value.Count - failures.Count}/{Snippets.Value.Count}");
        failures.Should().BeEmpty();
    }

    [GeneratedRegex(@"([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+):(\d+)(?::\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    private static Dictionary<string, JsonElement> Load()
    {
        using var file = File.OpenRead(Path.Combine(RecordedData.Require("conformance/helm"), "functions.json"));
        return JsonDocument.Parse(file).RootElement.EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, StringComparer.Ordinal);
    }

    private static string? Result(string name) => Results.GetOrAdd(name, n => new Lazy<string?>(() => Check(Snippets.Value[n]))).Value;

    private static string? Check(JsonElement snippet)
    {
        byte[] actual;
        try
        {
            actual = GoText.GetBytes(Render(snippet));
        }
        catch (HelmException e)
        {
            return snippet.TryGetProperty("error", out var error) ? CheckError(error.GetString()!, e) : $"unexpected error: {e.Message}";
        }

        if (snippet.TryGetProperty("error", out var missing))
            return $"gave {Encoding.UTF8.GetString(actual)} but expected error: {missing.GetString()}";
        var expected = snippet.TryGetProperty("expectedBase64", out var base64)
            ? base64.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(snippet.GetProperty("expected").GetString()!);
        return actual.AsSpan().SequenceEqual(expected) ? null : $"gave\n{Encoding.UTF8.GetString(actual)}\ninstead of\n{Encoding.UTF8.GetString(expected)}";
    }

    private static string? CheckError(string expected, HelmException error)
    {
        foreach (Match place in Place().Matches(expected))
        {
            if (!error.Message.Contains($"{place.Groups[1].Value}:{place.Groups[2].Value}", StringComparison.Ordinal))
                return $"the error does not name {place.Value}:\n{error.Message}\ninstead of\n{expected}";
        }

        return null;
    }

    private static string Render(JsonElement snippet)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["t/Chart.yaml"] = ChartYaml,
            ["t/templates/t.yaml"] = snippet.GetProperty("template").GetString()!,
        };
        if (snippet.TryGetProperty("values", out var values))
            files["t/values.yaml"] = values.GetString()!;
        foreach (var (property, folder) in new[] { ("templates", "t/templates/"), ("files", "t/") })
        {
            if (snippet.TryGetProperty(property, out var more))
            {
                foreach (var file in more.EnumerateObject())
                    files[folder + file.Name] = file.Value.GetString()!;
            }
        }

        var sources = new List<HelmValuesSource>();
        if (snippet.TryGetProperty("overrides", out var overrides))
            sources.Add(new HelmValuesText(overrides.GetString()!));
        if (snippet.TryGetProperty("set", out var set))
            sources.AddRange(set.EnumerateArray().Select(s => new HelmSetValue(s.GetString()!, SetValueKind.Typed)));
        var chart = HelmChart.LoadDirectory(new MemoryFileTree(files), TreePath.Parse("t"));
        var options = new HelmOptions { ReleaseName = "release-name", KubeVersion = "1.33.0", Values = sources };
        var rendered = HelmTemplate.RenderFilesAsync(chart, options, cancellationToken: TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        return rendered["t/templates/t.yaml"];
    }
}
