using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GitOps.Helm;
using GitOps.Helm.Releases;

namespace GitOps.Conformance.Tests.Helm;

/// <summary>The recorded renderings of published and written charts: output byte for byte, errors with template and line.</summary>
public sealed partial class ChartsTests
{
    private static readonly ConcurrentDictionary<string, Lazy<string?>> Results = new(StringComparer.Ordinal);

    public static TheoryData<string> Cases() => RecordedData.Find("conformance/helm") is not null ? [.. Names()] : ["(absent)"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Template_RecordedCase_PrintsRecordedBytes(string name)
    {
        _ = RecordedData.Require("conformance/helm");
        Result(name).Should().BeNull();
    }

    [Fact]
    public void Template_AllRecordedCases_ArePrinted()
    {
        _ = RecordedData.Require("conformance/helm");
        var names = Names().ToList();
        var failures = names.Where(n => Result(n) is not null).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"helm charts: {names.Count - failures.Count}/{names.Count}");
        failures.Should().BeEmpty();
    }

    [GeneratedRegex(@"([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+):(\d+)(?::\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    private static IEnumerable<string> Names() =>
        Directory.EnumerateDirectories(Path.Combine(RecordedData.Require("conformance/helm"), "charts"))
            .Where(d => File.Exists(Path.Combine(d, "case.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    private static string? Result(string name) => Results.GetOrAdd(name, n => new Lazy<string?>(() => Check(n))).Value;

    private static string? Check(string name)
    {
        var folder = Path.Combine(RecordedData.Require("conformance/helm"), "charts", name);
        var data = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json"))).RootElement;
        string actual;
        try
        {
            actual = Render(folder, data);
        }
        catch (HelmException e)
        {
            return data.GetProperty("expect").GetString() == "error" ? CheckError(folder, data, e) : $"unexpected error: {e.Message}";
        }

        if (data.GetProperty("expect").GetString() == "error")
        {
            return $"no error, but expected {File.ReadAllText(Path.Combine(folder, "expected-error.txt"))}";
        }

        var expected = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "expected.yaml")));
        return string.Equals(actual, expected, StringComparison.Ordinal) ? null : Difference(actual, expected);
    }

    private static string? CheckError(string folder, JsonElement data, HelmException error)
    {
        if (data.TryGetProperty("errorVaries", out var varies) && varies.GetBoolean())
        {
            return null;
        }

        var expected = File.ReadAllText(Path.Combine(folder, "expected-error.txt"));
        foreach (Match place in Place().Matches(expected))
        {
            if (!error.Message.Contains($"{place.Groups[1].Value}:{place.Groups[2].Value}", StringComparison.Ordinal))
            {
                return $"the error does not name {place.Value}:\n{error.Message}\ninstead of\n{expected}";
            }
        }

        return null;
    }

    private static string Render(string folder, JsonElement data)
    {
        var chartName = data.GetProperty("chart").GetString()!;
        var chartFolder = Path.Combine(RecordedData.Require("conformance/helm"), "charts", "_src", chartName);
        var chart = HelmChart.LoadDirectory(new DirectoryFileTree(Path.GetDirectoryName(chartFolder)!), TreePath.Parse(chartName));
        var options = new HelmOptions
        {
            ReleaseName = data.GetProperty("release").GetString(),
            Namespace = data.GetProperty("namespace").GetString()!,
            KubeVersion = data.GetProperty("kubeVersion").GetString(),
            ApiVersions = Strings("apiVersions"),
            IncludeCrds = Flag("includeCrds"),
            IsUpgrade = Flag("isUpgrade"),
            SkipSchemaValidation = Flag("skipSchemaValidation"),
            Hooks = Flag("noHooks") ? HelmHookPolicy.Skip : Flag("skipTests") ? HelmHookPolicy.SkipTests : HelmHookPolicy.Include,
            Values =
            [
                .. Strings("values").Select(HelmValuesSource (v) => new HelmValuesFile(v)),
                .. Set("setJson", SetValueKind.Json), .. Set("set", SetValueKind.Typed), .. Set("setString", SetValueKind.String),
                .. Set("setFile", SetValueKind.File), .. Set("setLiteral", SetValueKind.Literal),
            ],
        };
        var release = HelmTemplate.RenderAsync(chart, options, ReadFile, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        var yaml = release.ToYaml();
        return Strings("showOnly") is { Count: > 0 } show ? ReleasePrinter.ShowOnly(yaml, show) : yaml;

        string? ReadFile(string path) => Path.Combine(folder, path) is var full && File.Exists(full) ? File.ReadAllText(full) : null;

        IReadOnlyList<string> Strings(string property) => data.TryGetProperty(property, out var list) ? [.. list.EnumerateArray().Select(v => v.GetString()!)] : [];

        bool Flag(string property) => data.TryGetProperty(property, out var flag) && flag.GetBoolean();

        IEnumerable<HelmValuesSource> Set(string property, SetValueKind kind) => Strings(property).Select(s => new HelmSetValue(s, kind));
    }

    private static string Difference(string actual, string expected)
    {
        var a = actual.Split('\n');
        var e = expected.Split('\n');
        var line = Enumerable.Range(0, Math.Min(a.Length, e.Length)).FirstOrDefault(i => a[i] != e[i], Math.Min(a.Length, e.Length));
        return $"line {line + 1}: gave\n{Around(a, line)}\ninstead of\n{Around(e, line)}";

        static string Around(string[] lines, int at) => string.Join('\n', lines.Skip(Math.Max(0, at - 3)).Take(7));
    }
}
