using GitOps.Helm.Functions;
using GitOps.Helm.Templates;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Helm.Tests.Templates;

public sealed class TemplateSetTests
{
    [Theory]
    [InlineData("a {{- 1 }} {{ 2 -}} b", "a1 2b")]
    [InlineData("{{/* gone */}}x{{- /* gone */ -}} y", "xy")]
    [InlineData("{{ if .no }}a{{ else if .yes }}b{{ else }}c{{ end }}", "b")]
    [InlineData("{{ range $i, $v := .list }}{{ $i }}{{ $v }}{{ else }}none{{ end }}", "0a1b")]
    [InlineData("{{ range $k, $v := .map }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;")]
    [InlineData("{{ range 3 }}{{ . }}{{ end }}", "012")]
    [InlineData("{{ range .list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}", "a")]
    [InlineData("{{ range .list }}{{ if eq . \"a\" }}{{ continue }}{{ end }}{{ . }}{{ end }}", "b")]
    [InlineData("{{ with .no }}x{{ else with .yes }}{{ . }}{{ end }}", "true")]
    [InlineData("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32")]
    [InlineData("{{ $x := 1 }}{{ if .no }}{{ $x := 2 }}{{ $x }}{{ else }}{{ $x }}{{ end }}", "1")]
    [InlineData("{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" 5 }}{{ include \"t\" 6 }}", "[5][6]")]
    [InlineData("{{ block \"b\" .list }}{{ len . }}{{ end }}", "2")]
    [InlineData("{{ (index .list 0 | upper) }}{{ (dict \"a\" (dict \"b\" 1)).a.b }}", "A1")]
    [InlineData("{{ and 1 0 (fail \"no\") }}{{ or 0 2 (fail \"no\") }}", "02")]
    [InlineData("{{ tpl \"{{ .list | len }}{{ define `x` }}X{{ end }}{{ include `x` . }}\" . }}", "2X")]
    [InlineData("{{ printf \"%05d|%-4s|%q|%x|%v|%T|%d\" 42 \"a\" \"b\" \"c\" nil 1.5 \"x\" }}", "00042|a   |\"b\"|63|<nil>|float64|%!d(string=x)")]
    [InlineData("{{ .no }}{{ (.no).no }}", "<no value><no value>")]
    public void Execute_Text_GivesGosOutput(string text, string expected) =>
        TemplateRun.Render(text, Data()).Should().Be(expected);

    [Theory]
    [InlineData("l1\nl2 {{ .map.x.y }}", "template: main:2:10: executing \"main\" at <.map.x.y>: nil pointer evaluating interface {}.y", 2, 10)]
    [InlineData("{{ upper 1 }}", "template: main:1:9: executing \"main\" at <1>: expected string; found 1", 1, 9)]
    [InlineData("é{{ fail \"x\" }}", "template: main:1:5: executing \"main\" at <fail \"x\">: error calling fail: HELM_ERR_STARTxHELM_ERR_END", 1, 5)]
    [InlineData("{{ template \"nope\" }}", "template: main:1:12: executing \"main\" at <{{template \"nope\"}}>: template \"nope\" not defined", 1, 12)]
    public void Execute_FailingAction_NamesPlaceAsGoDoes(string text, string message, int line, int column)
    {
        var act = () => TemplateRun.Render(text, Data());
        var error = act.Should().Throw<TemplateException>().Which;
        error.Message.Should().Be(message);
        (error.Template, error.Line, error.Column).Should().Be(("main", line, column));
    }

    [Theory]
    [InlineData("{{ if }}x{{ end }}", "template: main:1: missing value for if")]
    [InlineData("a\n{{ .x", "template: main:2: unclosed action")]
    [InlineData("{{ nofunc 1 }}", "template: main:1: function \"nofunc\" not defined")]
    [InlineData("{{ $x }}", "template: main:1: undefined variable \"$x\"")]
    [InlineData("{{ break }}", "template: main:1: {{break}} outside {{range}}")]
    [InlineData("{{ range . }}", "template: main:1: unexpected EOF")]
    public void Parse_MalformedText_FailsWithGosMessage(string text, string message)
    {
        var act = () => TemplateRun.Render(text);
        act.Should().Throw<TemplateException>().Which.Should().Match<TemplateException>(e => e.IsParseError && e.Message == message);
    }

    [Fact]
    public void Parse_LaterDefinition_ReplacesEarlierUnlessBlank()
    {
        var set = new TemplateSet(HelmFunctions.Table);
        set.Parse("a", "{{ define \"x\" }}one{{ end }}");
        set.Parse("b", "{{ define \"x\" }}two{{ end }}");
        set.Parse("c", "{{ define \"x\" }} {{ end }}{{ template \"x\" }}");
        set.Execute("c", null, new RunOptions(), TestContext.Current.CancellationToken).Should().Be("two");
    }

    [Fact]
    public void Execute_InfiniteRecursion_EndsWithError()
    {
        var byTemplate = () => TemplateRun.Render("{{ define \"t\" }}{{ template \"t\" . }}{{ end }}{{ template \"t\" . }}");
        byTemplate.Should().Throw<TemplateException>().WithMessage("*exceeded maximum template depth*");
        var byInclude = () => TemplateRun.Render("{{ define \"t\" }}{{ include \"t\" . }}{{ end }}{{ include \"t\" . }}");
        byInclude.Should().Throw<TemplateException>().WithMessage("*main:1:*nested reference name: t*");
    }

    [Theory]
    [InlineData("{{ range until 100000 }}xxxxxxxxxxxxxxxxxxxx{{ end }}")]
    [InlineData("{{ repeat 100000000 \"x\" }}")]
    [InlineData("{{ $s := \"xxxxxxxx\" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}")]
    [InlineData("{{ until 2000000000 }}")]
    [InlineData("{{ indent 1000000000 \"a\" }}")]
    [InlineData("{{ replace \"\" (repeat 50000 \"y\") (repeat 50000 \"x\") }}")]
    public void Execute_TooMuchOutput_EndsWithError(string text)
    {
        var act = () => TemplateRun.Render(text, limits: new TemplateLimits(MaxOutputChars: 200_000));
        act.Should().Throw<TemplateException>().WithMessage("*main:1:*limit of 200000*");
    }

    [Fact]
    public void Execute_TooManySteps_EndsWithError()
    {
        var act = () => TemplateRun.Render("{{ range until 1000 }}{{ range until 1000 }}{{ $x := 1 }}{{ end }}{{ end }}", limits: new TemplateLimits(MaxSteps: 10_000));
        act.Should().Throw<TemplateException>().WithMessage("*limit of 10000 steps*");
    }

    [Fact]
    public void Execute_TimeLimitPassed_EndsWithError()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        var act = () => TemplateRun.Render("{{ range until 1000000 }}{{ $x := 1 }}{{ end }}", limits: new TemplateLimits(TimeLimit: TimeSpan.FromSeconds(5)), options: new RunOptions(Time: time));
        act.Should().Throw<TemplateException>().WithMessage("*time limit of 00:00:05*");
    }

    [Fact]
    public void Execute_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var act = () => TemplateRun.Render("x", cancellationToken: source.Token);
        act.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Execute_MissingKeyInStrictMode_Fails()
    {
        var act = () => TemplateRun.Render("{{ .nope }}", Data(), options: new RunOptions(FailOnMissingKey: true));
        act.Should().Throw<TemplateException>().WithMessage("*map has no entry for key \"nope\"");
    }

    [Theory]
    [InlineData("{{ .map.a.b }}", "can't evaluate field b in type interface {}")]
    [InlineData("{{ range .list }}{{ .b }}{{ end }}", "can't evaluate field b in type interface {}")]
    [InlineData("{{ range .list }}{{ range .x }}{{ end }}{{ end }}", "can't evaluate field x in type interface {}")]
    [InlineData("{{ with .yes }}{{ .b }}{{ end }}", "can't evaluate field b in type bool")]
    [InlineData("{{ $x := 1 }}{{ $x.b }}", "can't evaluate field b in type int")]
    [InlineData("{{ len .no }}", "error calling len: len of nil pointer")]
    [InlineData("{{ call .yes 1 }}", "error calling call: non-function .yes of type bool")]
    [InlineData("{{ call (print 1) }}", "error calling call: non-function print 1 of type string")]
    public void Execute_WrongKindOfValue_IsToldAsGoDoes(string text, string problem) =>
        FluentActions.Invoking(() => TemplateRun.Render(text, Data())).Should().Throw<TemplateException>().Which.Message.Should().EndWith(problem);

    [Fact]
    public void Execute_FromManyThreads_GivesTheSame()
    {
        var set = new TemplateSet(HelmFunctions.Table);
        set.Parse("main", "{{ range until 50 }}{{ include \"t\" . }}{{ tpl \"{{ . }};\" . }}{{ end }}{{ define \"t\" }}{{ . }}={{ end }}");
        var texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = set.Execute("main", null, new RunOptions(), CancellationToken.None));
        texts.Distinct().Should().ContainSingle().Which.Should().StartWith("0=0;1=1;");
    }

    [Fact]
    public void Execute_CyclicValue_EndsWithError()
    {
        foreach (var function in new[] { "print", "mustToYaml", "mustToJson", "toToml", "deepCopy" })
        {
            var act = () => TemplateRun.Render("{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ " + function + " $d }}");
            if (function != "toToml")
                act.Should().Throw<TemplateException>();
            else
                act().Should().Contain("too deeply");
        }
    }

    private static Dictionary<string, object?> Data() => TemplateRun.Map(
        ("yes", true), ("no", null), ("list", new List<object?> { "a", "b" }), ("map", TemplateRun.Map(("b", 2d), ("a", 1d))));
}
