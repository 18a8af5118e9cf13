using System.Globalization;
using System.Text.Json;
using GitOps.Helm;
using GitOps.Helm.Values;

namespace GitOps.Conformance.Tests.Helm;

/// <summary>The recorded cases of <c>--set</c> and its relatives: values and Go types must agree.</summary>
public sealed class StrvalsTests
{
    private static readonly Lazy<Dictionary<string, JsonElement>> Recorded = new(() =>
        RecordedData.Find("conformance/helm") is not null
            ? JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RecordedData.Require("conformance/helm"), "strvals.json"))).RootElement.EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!)
            : []);

    public static TheoryData<string> Cases() => Recorded.Value.Count == 0 ? ["(absent)"] : [.. Recorded.Value.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Set_RecordedCase_GivesRecordedValues(string name)
    {
        _ = RecordedData.Require("conformance/helm");
        Check(name).Should().BeNull();
    }

    [Fact]
    public void Set_AllRecordedCases_ArePrinted()
    {
        _ = RecordedData.Require("conformance/helm");
        var failures = Recorded.Value.Keys.Where(n => Check(n) is not null).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"strvals: {Recorded.Value.Count - failures.Count}/{Recorded.Value.Count}");
        failures.Should().BeEmpty();
    }

    private static string? Check(string name)
    {
        var data = Recorded.Value[name];
        string actual;
        try
        {
            actual = Print(Build(data));
        }
        catch (HelmException e)
        {
            return data.TryGetProperty("error", out _) ? null : $"unexpected error: {e.Message}";
        }

        if (data.TryGetProperty("error", out var error))
        {
            return $"gave {actual} instead of the error {error}";
        }

        var expected = Print(data.GetProperty("expected"), data.GetProperty("types"), "");
        return actual == expected ? null : $"gave\n{actual}\ninstead of\n{expected}";
    }

    private static Dictionary<string, object?> Build(JsonElement data)
    {
        var files = data.TryGetProperty("files", out var f) ? f.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!) : [];
        var builder = new ValuesBuilder(path => files.GetValueOrDefault(path));
        if (data.TryGetProperty("base", out var text))
        {
            builder.Add(new HelmValuesText(text.GetString()!));
        }

        var flags = data.TryGetProperty("args", out var args)
            ? args.EnumerateArray().Select(a => (a[0].GetString()!, a[1].GetString()!))
            : [(data.GetProperty("kind").GetString()!, data.TryGetProperty("input", out var input) ? input.GetString()! : "")];
        foreach (var (kind, expression) in flags.Select(x => (Kind: Kind(x.Item1), x.Item2)).OrderBy(x => Order(x.Kind)))
        {
            builder.Add(new HelmSetValue(expression, kind));
        }

        return builder.Values;
    }

    private static SetValueKind Kind(string flag) => flag switch
    {
        "set" => SetValueKind.Typed,
        "set-string" => SetValueKind.String,
        "set-json" => SetValueKind.Json,
        "set-file" => SetValueKind.File,
        "set-literal" => SetValueKind.Literal,
        _ => throw new ArgumentOutOfRangeException(nameof(flag), flag, null),
    };

    private static int Order(SetValueKind kind) => kind == SetValueKind.Json ? -1 : (int)kind;

    private static string Print(object? value) => value switch
    {
        Dictionary<string, object?> map => "{" + string.Join(",", map.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{JsonSerializer.Serialize(e.Key)}:{Print(e.Value)}")) + "}",
        List<object?> list => "[" + string.Join(",", list.Select(Print)) + "]",
        null => "null null",
        _ => $"{ValueTree.GoTypeName(value)} {Convert.ToString(value, CultureInfo.InvariantCulture)}",
    };

    private static string Print(JsonElement value, JsonElement types, string pointer) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => $"{JsonSerializer.Serialize(e.Name)}:{Print(e.Value, types, $"{pointer}/{e.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}")}")) + "}",
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select((e, i) => Print(e, types, $"{pointer}/{i}"))) + "]",
        _ => (types.TryGetProperty(pointer, out var type) ? type.GetString() : "?") switch
        {
            "null" => "null null",
            "float64" => $"float64 {value.GetDouble().ToString(CultureInfo.InvariantCulture)}",
            "int64" => $"int64 {value.GetInt64().ToString(CultureInfo.InvariantCulture)}",
            "bool" => $"bool {value.GetBoolean()}",
            var other => $"{other} {value}",
        },
    };
}
