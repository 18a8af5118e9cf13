using GitOps.Helm.Tests.Charts;
using NSubstitute;

namespace GitOps.Helm.Tests.Rendering;

public sealed class HelmRendererTests
{
    private const string ConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  a: \"{{ .Values.a }}\"\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RenderAsync_ChartDirectory_GivesManifestsWithOrigin()
    {
        var tree = ChartBuilder.Tree(("app/Chart.yaml", ChartBuilder.ChartYaml), ("app/values.yaml", "a: 1"), ("app/templates/cm.yaml", ConfigMap), ("prod.yaml", "a: 2"));

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Parse("app")) { Options = new HelmOptions { Values = [new HelmValuesFile("prod.yaml")] } }, Cancellation);

        result.Succeeded.Should().BeTrue();
        var manifest = result.Manifests.Should().ContainSingle().Which;
        manifest.Id.Name.Should().Be("web");
        manifest.Root.GetMap("data")!.GetString("a").Should().Be("2");
        manifest.Origin!.File.Should().Be("demo/templates/cm.yaml");
    }

    [Fact]
    public async Task RenderAsync_PackagedChart_IsRendered()
    {
        var package = ChartBuilder.Package(("demo/Chart.yaml", ChartBuilder.ChartYaml), ("demo/values.yaml", "a: 1"), ("demo/templates/cm.yaml", ConfigMap));
        var tree = new MemoryFileTree([KeyValuePair.Create("demo-1.2.3.tgz", (ReadOnlyMemory<byte>)package)]);

        (await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Parse("demo-1.2.3.tgz")), Cancellation)).Manifests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("{{ .Values.a.b.c }}", "demo/templates/x.yaml:1:")]
    [InlineData("a: 1\n{{ if }}", "demo/templates/x.yaml:2")]
    [InlineData("a: [", "demo/templates/x.yaml")]
    public async Task RenderAsync_BadTemplate_GivesADiagnosticWithThePlace(string template, string place)
    {
        var tree = ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml), ("templates/x.yaml", template));

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root), Cancellation);

        result.Succeeded.Should().BeFalse();
        result.Diagnostics.Should().ContainSingle().Which.Message.Should().Contain(place);
    }

    [Fact]
    public async Task RenderAsync_LookupIsRefused_SaysWhereInTheChartAndKeepsTheReason()
    {
        var tree = ChartBuilder.Tree(
            ("Chart.yaml", ChartBuilder.ChartYaml),
            ("templates/_t.tpl", "{{ define \"t\" }}\n{{ lookup \"v1\" \"Secret\" \"ns\" \"x\" }}{{ end }}"),
            ("templates/x.yaml", "a: 1\nb: {{ include \"t\" . }}"));
        var options = new HelmOptions { Lookup = (_, _, _, _, _) => throw new GitOpsException(Reasons.Forbidden, "secrets \"x\" is forbidden") };

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root) { Options = options }, Cancellation);

        var diagnostic = result.Diagnostics.Should().ContainSingle().Which;
        diagnostic.Reason.Should().Be(Reasons.Forbidden);
        diagnostic.Message.Should().Contain("demo/templates/x.yaml:2:").And.Contain("demo/templates/_t.tpl:2:").And.Contain("error calling lookup").And.Contain("secrets \"x\" is forbidden");
    }

    [Fact]
    public async Task RenderAsync_FailureInsideIncludes_NamesEachTemplateOnTheWay()
    {
        var tree = ChartBuilder.Tree(
            ("Chart.yaml", ChartBuilder.ChartYaml),
            ("templates/_inner.tpl", "{{ define \"inner\" }}\n{{ .a.b.c }}{{ end }}"),
            ("templates/_outer.tpl", "{{ define \"outer\" }}{{ include \"inner\" . }}{{ end }}"),
            ("templates/x.yaml", "a: 1\nb: {{ include \"outer\" . }}"));

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root), Cancellation);

        var message = result.Diagnostics.Should().ContainSingle().Which.Message;
        message.Should().Contain("demo/templates/x.yaml:2:6").And.Contain("demo/templates/_outer.tpl:1:23").And.Contain("demo/templates/_inner.tpl:2:5").And.Contain("nil pointer evaluating interface {}.b");
        message.IndexOf("x.yaml", StringComparison.Ordinal).Should().BeLessThan(message.IndexOf("_inner.tpl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RenderAsync_ChartAnnotationsThatAreNotThere_AreNullInJson()
    {
        var tree = ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml), ("templates/x.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: a}\na: {{ .Chart.Annotations | toJson | quote }}"));

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root), Cancellation);

        result.Manifests.Single().Root.GetString("a").Should().Be("null");
    }

    [Fact]
    public async Task RenderAsync_ValuesFileOutsideTheTree_IsRefused()
    {
        var tree = ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml));

        var result = await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root) { Options = new HelmOptions { Values = [new HelmValuesFile("../secret.yaml")] } }, Cancellation);

        result.Diagnostics.Should().ContainSingle().Which.Message.Should().Contain("outside the source");
    }

    [Fact]
    public async Task RenderAsync_EncryptedValues_AreDecrypted()
    {
        var decryptor = Substitute.For<ISecretDecryptor>();
        decryptor.DecryptAsync(default, default, default).ReturnsForAnyArgs(_ => ValueTask.FromResult((ReadOnlyMemory<byte>)"a: plain"u8.ToArray()));
        var tree = ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml), ("templates/cm.yaml", ConfigMap), ("enc.yaml", "a: ENC[...]"));

        var result = await new HelmRenderer().RenderAsync(
            new RenderRequest("web", tree, TreePath.Root) { Decryptor = decryptor, Options = new HelmOptions { Values = [new HelmValuesFile("enc.yaml")] } }, Cancellation);

        result.Manifests.Should().ContainSingle().Which.Root.GetMap("data")!.GetString("a").Should().Be("plain");
    }

    [Fact]
    public async Task RenderAsync_Recorded_IsRepeatedOnlyWhenAFileOfTheChartChanges()
    {
        (string, string)[] files = [("app/Chart.yaml", ChartBuilder.ChartYaml), ("app/templates/cm.yaml", ConfigMap), ("other.txt", "1")];
        var recorder = new RecordingFileTree(ChartBuilder.Tree(files));
        var renderer = new HelmRenderer();
        await renderer.RenderAsync(new RenderRequest("web", recorder, TreePath.Parse("app")), Cancellation);
        var again = new RecordingFileTree(ChartBuilder.Tree(files));
        await renderer.RenderAsync(new RenderRequest("web", again, TreePath.Parse("app")), Cancellation);

        again.GetReads().Should().Equal(recorder.GetReads(), "a chart that is kept must still be recorded");
        RecordingFileTree.IsUnchanged(recorder.GetReads(), ChartBuilder.Tree([.. files[..2], ("other.txt", "2")])).Should().BeTrue();
        RecordingFileTree.IsUnchanged(recorder.GetReads(), ChartBuilder.Tree([files[0], ("app/templates/cm.yaml", "x")])).Should().BeFalse();
        RecordingFileTree.IsUnchanged(recorder.GetReads(), ChartBuilder.Tree([.. files, ("app/values.yaml", "a: 1")])).Should().BeFalse();
    }

    [Fact]
    public void RenderAsync_InParallel_GivesTheSameText()
    {
        var chart = ChartBuilder.Chart(("values.yaml", "a: {b: 1}"), ("templates/cm.yaml", ConfigMap), ("templates/d.yaml", "kind: Pod\nx: {{ .Values.a.b }}\n"));
        var expected = ChartBuilder.Render(chart);

        Parallel.For(0, 64, _ => ChartBuilder.Render(chart).Should().Be(expected));
    }

    [Fact]
    public async Task RenderAsync_Cancelled_Ends()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var chart = ChartBuilder.Chart(("templates/cm.yaml", ConfigMap));

        var act = () => HelmTemplate.RenderAsync(chart, new HelmOptions(), null, source.Token).AsTask();

        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task RenderAsync_TemplateThatRunsForever_EndsWithTheTimeLimit()
    {
        var chart = ChartBuilder.Chart(("templates/cm.yaml", "{{ define \"a\" }}{{ range 1000000 }}{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}{{ end }}{{ end }}{{ template \"a\" }}"));

        var act = () => HelmTemplate.RenderAsync(chart, new HelmOptions { TimeLimit = TimeSpan.FromMilliseconds(200) }, null, Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Message.Should().NotBeEmpty();
    }

    [Fact]
    public async Task RenderAsync_TooMuchOutput_IsRefused()
    {
        var chart = ChartBuilder.Chart(("templates/a.yaml", new string('x', 600)), ("templates/b.yaml", new string('x', 600)));

        var act = () => HelmTemplate.RenderAsync(chart, new HelmOptions { MaxOutput = 1000 }, null, Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Reason.Should().Be(Reasons.LimitExceeded);
    }
}
