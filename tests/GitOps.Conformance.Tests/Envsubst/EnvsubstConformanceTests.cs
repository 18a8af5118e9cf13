using System.Text.Json;
using GitOps.Substitution;

namespace GitOps.Conformance.Tests.Envsubst;

public sealed class EnvsubstConformanceTests
{
    [Fact]
    public void Expand_RecordedCases_GiveTheSameText()
    {
        var directory = RecordedData.Require("conformance/envsubst");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "cases.json")));
        var failures = new List<string>();
        var count = 0;
        foreach (var test in document.RootElement.EnumerateArray())
        {
            count++;
            var variables = test.GetProperty("variables").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!);
            var input = test.GetProperty("input").GetString()!;
            var expected = test.GetProperty("output").GetString()!;
            var actual = EnvSubst.Expand(input, name => variables.GetValueOrDefault(name), strict: true);
            if (actual != expected)
            {
                failures.Add($"{input}: expected {expected}, got {actual}");
            }
        }

        failures.Should().BeEmpty();
        TestContext.Current.SendDiagnosticMessage($"envsubst conformance: {count} of {count} cases");
    }
}
