using GitOps.Helm.Tests.Charts;

namespace GitOps.Helm.Tests.Rendering;

/// <summary>What renderers of charts are known to get wrong, each on a chart of its own.</summary>
public sealed class HelmPeculiaritiesTests
{
    private const string SubChartYaml = "apiVersion: v2\nname: sub\nversion: 1.2.0\n";

    private const string Values = """
        i: 5
        big: 1000000
        n: lost
        oct: 0644
        sex: 1:30
        y: key
        long: aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ggggggggg hhhhhhhhh iii jjj
        m: {a: 0, b: false, c: "", d: x}
        neg: "-010"
        """;

    [Theory]
    [InlineData("{{ .Values.big }} {{ .Values.big | toYaml }} {{ typeOf .Values.big }} {{ .Values.set }} {{ typeOf .Values.set }}", "1e+06 1000000 float64 1000000 int64")]
    [InlineData("{{ range 3 }}{{ . }}{{ end }}", "012")]
    [InlineData("{{ keys .Values | has \"true\" }} {{ .Values.oct }} {{ .Values.sex }} {{ typeOf .Values.sex }} [{{ .Values.n }}]", "true 420 1:30 string []")]
    [InlineData("{{ dict \"b\" 1 \"a\" .Values.long \"k\" \"a \\nb\" \"10\" 1 \"9\" 2 | toYaml }}", "\"9\": 2\n\"10\": 1\na: aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ggggggggg hhhhhhhhh\n  iii jjj\nb: 1\nk: \"a \\nb\"")]
    [InlineData("{{ $k := repeat 130 \"k\" }}{{ dict $k 1 | toYaml | replace $k \"K\" }}", "? K\n: 1")]
    [InlineData("{{ dict \"a\" (list (dict \"b\" 1.5)) \"n\" 1e6 | toYamlPretty }}", "a:\n  - b: 1.5\n\"n\": 1e+06")]
    [InlineData("[{{ quote nil }}] {{ print nil }} [{{ .Values.missing }}] [{{ \"a<no value>b\" }}]", "[] <nil> [] [ab]")]
    [InlineData("[{{ .Chart.Missing }}]", "[]")]
    [InlineData("{{ $b := dict \"a\" 1 \"b\" true \"c\" \"z\" \"d\" \"y\" \"e\" (dict \"f\" 1) }}{{ $c := merge (deepCopy .Values.m) $b }}{{ $_ := set $b.e \"g\" 2 }}{{ $c | toJson }}", "{\"a\":1,\"b\":true,\"c\":\"z\",\"d\":\"x\",\"e\":{\"f\":1,\"g\":2}}")]
    [InlineData("{{ int \"010\" }} {{ int \"1.5\" }} {{ int .Values.neg }} {{ floor 1234567.5 }} {{ round -2.5 0 }}", "8 0 -8 1.234567e+06 -3")]
    public void Template_ValuesAndFunctions_GiveWhatHelmGives(string template, string expected) =>
        ChartBuilder.RenderText(template, Values, new HelmSetValue("set=1000000")).Should().Be(expected);

    [Theory]
    [InlineData("{{ eq .Values.i 5 }}", "incompatible types for comparison: float64 and int")]
    [InlineData("{{ range .Values.i }}{{ end }}", "range can't iterate over 5")]
    [InlineData("{{ upper nil }}", "cannot assign nil to string")]
    [InlineData("{{ .Capabilities.Missing }}", "can't evaluate field Missing in type interface {}")]
    public void Template_WhatHelmRefuses_IsRefusedWithTemplateAndLine(string template, string problem) =>
        FluentActions.Invoking(() => ChartBuilder.RenderText("\n" + template, Values)).Should().Throw<HelmException>()
            .Which.Message.Should().Contain("demo/templates/t.yaml:2").And.Contain(problem);

    [Theory]
    [InlineData("a: {b: null}", "a: {b: 1, c: 2}", "{\"a\":{\"c\":2}}")]
    [InlineData("x: null", "a: 1", "{\"a\":1,\"x\":null}")]
    [InlineData("{}", "a: null", "{}")]
    public void Values_Null_DeletesADefaultAndStaysWhereThereIsNone(string values, string defaults, string expected) =>
        ChartBuilder.RenderText("{{ .Values | toJson }}", defaults, new HelmValuesText(values)).Should().Be(expected);

    [Fact]
    public void Define_SameNameInSeveralFiles_TheLastParsedWins()
    {
        var chart = ChartBuilder.Chart(
            ("charts/sub/Chart.yaml", SubChartYaml),
            ("charts/sub/templates/_a.tpl", "{{ define \"who\" }}sub{{ end }}"),
            ("charts/sub/templates/x.yaml", "kind: {{ include \"who\" . }}\n"),
            ("templates/_a.tpl", "{{ define \"who\" }}first{{ end }}"),
            ("templates/_b.tpl", "{{ define \"who\" }}second{{ end }}"));

        ChartBuilder.RenderRelease(chart).Manifests.Should().ContainSingle().Which.Kind.Should().Be("first", "files are parsed backwards by name, the deepest first");
    }

    [Fact]
    public void Hooks_Weights_DoNotChangeTheOrderInWhichTheyArePrinted()
    {
        const string Hook = "kind: {0}\nmetadata: {{name: h, annotations: {{helm.sh/hook: {1}, helm.sh/hook-weight: '{2}'}}}}\n";
        var chart = ChartBuilder.Chart(
            ("templates/a.yaml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Hook, "Job", "pre-install", -5)),
            ("templates/b.yaml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Hook, "ConfigMap", "pre-install", 9)),
            ("templates/c.yaml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Hook, "Pod", "\"pre-install,unknown\"", 0)));

        ChartBuilder.RenderRelease(chart).Hooks.Select(h => h.Kind).Should().Equal(["ConfigMap", "Job"], "a hook with an unknown event is dropped");
    }

    [Fact]
    public void Output_Empty_IsOneLineBreak() => ChartBuilder.Render(ChartBuilder.Chart(("templates/x.yaml", "{{/* nothing */}}\n---\n"))).Should().Be("\n");

    [Fact]
    public void Ignore_NegatedRule_DropsChartYamlToo() =>
        FluentActions.Invoking(() => ChartBuilder.Chart((".helmignore", "!values.yaml\n"), ("values.yaml", "a: 1"))).Should().Throw<HelmException>().WithMessage("*Chart.yaml*");

    [Fact]
    public void Charts_StrayFile_IsFatal() =>
        FluentActions.Invoking(() => ChartBuilder.Chart(("charts/stray.txt", "x"))).Should().Throw<HelmException>().WithMessage("*stray.txt*");

    [Fact]
    public void Files_LineEndings_AreKeptOnlyThere()
    {
        var chart = ChartBuilder.Chart(("templates/t.yaml", "kind: {{ .Files.Get \"f.txt\" | toJson }}\r\n"), ("f.txt", "a\r\nb"));

        ChartBuilder.Render(chart).Should().Be("---\n# Source: demo/templates/t.yaml\nkind: \"a\\r\\nb\"\n");
    }

    [Theory]
    [InlineData("a=01,b=1e3,c=+1", "{\"a\":\"01\",\"b\":\"1e3\",\"c\":1}")]
    [InlineData("a={x,1}", "{\"a\":[\"x\",1]}")]
    public void Set_Numbers_AreReadAsHelmReadsThem(string set, string expected) => ChartBuilder.RenderText("{{ .Values | toJson }}", "{}", new HelmSetValue(set)).Should().Be(expected);

    [Fact]
    public void Set_ListInAList_Fails() =>
        FluentActions.Invoking(() => ChartBuilder.RenderText("", "{}", new HelmSetValue("a={{a,b},c}"))).Should().Throw<HelmException>();

    [Fact]
    public void Notes_ThatFail_AreFatal() =>
        FluentActions.Invoking(() => ChartBuilder.Render(ChartBuilder.Chart(("templates/NOTES.txt", "{{ fail \"no\" }}"), ("templates/x.yaml", "kind: Pod\n"))))
            .Should().Throw<HelmException>().WithMessage("*demo/templates/NOTES.txt:1*no*");
}
