using GitOps.Helm.Charts;

namespace GitOps.Helm.Tests.Charts;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("helm.txt", "helm.txt", false, true)]
    [InlineData("helm.*", "rudder.txt", false, false)]
    [InlineData("*.txt", "docs/a.txt", false, true)]
    [InlineData("docs/*.txt", "docs/a.txt", false, true)]
    [InlineData("docs/*.txt", "docs/sub/a.txt", false, false)]
    [InlineData("/a.txt", "a.txt", false, true)]
    [InlineData("/a.txt", "docs/a.txt", false, false)]
    [InlineData("cargo/", "cargo", true, true)]
    [InlineData("cargo/", "cargo", false, false)]
    [InlineData("cargo", "deep/cargo", true, true)]
    [InlineData("[a-c].txt", "b.txt", false, true)]
    [InlineData("[^a-c].txt", "b.txt", false, false)]
    [InlineData("\\#x", "#x", false, true)]
    [InlineData("# *.txt", "a.txt", false, false)]
    [InlineData("", "templates/.hidden", false, true)]
    [InlineData("", "templates/x.yaml", false, false)]
    [InlineData("!Chart.yaml", "values.yaml", false, true)]
    [InlineData("!Chart.yaml", "Chart.yaml", false, false)]
    [InlineData("!x/", "Chart.yaml", false, true)]
    public void Ignores_Rule_DecidesAsHelm(string rule, string path, bool isDirectory, bool ignored) =>
        IgnoreRules.Parse(rule).Ignores(path, isDirectory).Should().Be(ignored);

    [Theory]
    [InlineData("**/x")]
    [InlineData("[a-")]
    [InlineData("a\\")]
    public void Parse_MalformedRule_Fails(string rule)
    {
        var act = () => IgnoreRules.Parse(rule);

        act.Should().Throw<HelmException>();
    }

    [Theory]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    [InlineData("*", "a/b", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[", "a", null)]
    [InlineData("[]a]", "]", null)]
    [InlineData("[a-b-c]", "a", null)]
    [InlineData("a[", "a", null)]
    public void Match_Pattern_AgreesWithGo(string pattern, string name, bool? matches) => ShellPattern.Match(pattern, name).Should().Be(matches);
}
