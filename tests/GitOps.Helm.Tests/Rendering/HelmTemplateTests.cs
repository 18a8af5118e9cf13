using GitOps.Helm.Capabilities;
using GitOps.Helm.Releases;
using GitOps.Helm.Tests.Charts;

namespace GitOps.Helm.Tests.Rendering;

public sealed class HelmTemplateTests
{
    private const string SubChartYaml = "apiVersion: v2\nname: sub\nversion: 1.2.0\n";

    [Theory]
    [InlineData("{name: sub, version: 1.x, condition: sub.use}", "sub: {use: false}", false)]
    [InlineData("{name: sub, version: 1.x, condition: sub.use}", "sub: {use: true}", true)]
    [InlineData("{name: sub, version: 1.x, condition: 'x.y,sub.use'}", "sub: {use: false}", false)]
    [InlineData("{name: sub, version: 1.x, condition: sub.use}", "sub: {use: 'false'}", true)]
    [InlineData("{name: sub, version: 1.x, tags: [t]}", "tags: {t: false}", false)]
    [InlineData("{name: sub, version: 1.x, tags: [t, u]}", "tags: {t: false, u: true}", true)]
    [InlineData("{name: sub, version: 1.x, tags: [t], condition: sub.use}", "{tags: {t: false}, sub: {use: true}}", true)]
    [InlineData("{name: sub, version: 2.x}", "{}", true)]
    public void Render_Dependency_TakesPartAsItsConditionsSay(string dependency, string values, bool enabled)
    {
        var chart = ChartBuilder.Chart(
            ("Chart.yaml", $"{ChartBuilder.ChartYaml}dependencies: [{dependency}]\n"),
            ("charts/sub/Chart.yaml", SubChartYaml),
            ("charts/sub/templates/x.yaml", "kind: Pod\n"));

        ChartBuilder.RenderRelease(chart, new HelmOptions { Values = [new HelmValuesText(values)] }).Manifests.Should().HaveCount(enabled ? 1 : 0);
    }

    [Fact]
    public void Render_Aliases_AreChartsOfTheirOwn()
    {
        var chart = ChartBuilder.Chart(
            ("Chart.yaml", $"{ChartBuilder.ChartYaml}dependencies: [{{name: sub, version: 1.x, alias: one}}, {{name: sub, version: 1.x, alias: two}}]\n"),
            ("values.yaml", "one: {v: 1}\ntwo: {v: 2}"),
            ("charts/sub/Chart.yaml", SubChartYaml),
            ("charts/sub/templates/x.yaml", "kind: {{ .Chart.Name }}{{ .Values.v }}\n"));

        ChartBuilder.RenderRelease(chart).Manifests.Select(m => (m.Path, m.Kind)).Should().Equal(
            ("demo/charts/one/templates/x.yaml", "one1"), ("demo/charts/two/templates/x.yaml", "two2"));
    }

    [Fact]
    public void Render_ImportValues_BringsValuesTheParentDoesNotSet()
    {
        var chart = ChartBuilder.Chart(
            ("Chart.yaml", $"{ChartBuilder.ChartYaml}dependencies: [{{name: sub, version: 1.x, import-values: [shared, {{child: deep.er, parent: mine}}]}}]\n"),
            ("values.yaml", "b: parent\n"),
            ("charts/sub/Chart.yaml", SubChartYaml),
            ("charts/sub/values.yaml", "exports: {shared: {a: child, b: child}}\ndeep: {er: {c: 3}}"),
            ("templates/x.yaml", "kind: {{ .Values.a }}-{{ .Values.b }}-{{ .Values.mine.c }}\n"));

        ChartBuilder.RenderRelease(chart).Manifests.Should().ContainSingle().Which.Kind.Should().Be("child-parent-3");
    }

    [Theory]
    [InlineData("type: library", "library charts are not installable")]
    [InlineData("dependencies: [{name: gone, version: 1.x}]", "found in Chart.yaml, but missing in charts/ directory: gone")]
    [InlineData("kubeVersion: '>=1.99.0'", "chart requires kubeVersion: >=1.99.0 which is incompatible with Kubernetes v1.33.4-gke.1")]
    public void Render_ChartThatCannotBeInstalled_SaysWhy(string chartYaml, string message)
    {
        var act = () => ChartBuilder.Render(ChartBuilder.Chart(("Chart.yaml", $"{ChartBuilder.ChartYaml}{chartYaml}\n")), new HelmOptions { KubeVersion = "v1.33.4-gke.1" });

        act.Should().Throw<HelmException>().Which.Message.Should().Contain(message);
    }

    [Theory]
    [InlineData("Bad_Name")]
    [InlineData("-x")]
    [InlineData("a..b")]
    [InlineData("")]
    public void Validate_BadReleaseName_IsRefused(string name)
    {
        var act = () => ReleaseName.Validate(name);

        act.Should().Throw<HelmException>();
    }

    [Theory]
    [InlineData("1.33.4", "v1.33.4", "v1.33.4", "33")]
    [InlineData("v1.33.4-gke.1245000", "v1.33.4-gke.1245000", "v1.33.4", "33")]
    [InlineData("1.20+", "v1.20+", "v1.20", "20")]
    public void ParseKubernetesVersion_Text_KeepsSuffixesApart(string text, string full, string normalized, string minor)
    {
        var version = KubernetesVersion.Parse(text);

        (version.Full, version.Normalized, version.Minor).Should().Be((full, normalized, minor));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("x")]
    [InlineData("01.2")]
    public void ParseKubernetesVersion_NoVersion_Fails(string text)
    {
        var act = () => KubernetesVersion.Parse(text);

        act.Should().Throw<HelmException>();
    }

    [Fact]
    public void Render_CrdsHooksAndNotes_FollowTheOptions()
    {
        var chart = ChartBuilder.Chart(
            ("crds/crd.yaml", "kind: CustomResourceDefinition\n"), ("crds/README.md", "no"),
            ("templates/NOTES.txt", "Hello {{ .Release.Name }}"),
            ("templates/h.yaml", "kind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n"),
            ("templates/t.yaml", "kind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n"),
            ("templates/x.yaml", "kind: Service\n"));

        var all = ChartBuilder.RenderRelease(chart, new HelmOptions { IncludeCrds = true, ReleaseName = "web" });
        var few = ChartBuilder.RenderRelease(chart, new HelmOptions { Hooks = HelmHookPolicy.SkipTests });

        all.ToYaml().Should().Be("""
            ---
            # Source: demo/crds/crd.yaml
            kind: CustomResourceDefinition

            ---
            # Source: demo/templates/x.yaml
            kind: Service
            ---
            # Source: demo/templates/t.yaml
            kind: Pod
            metadata: {name: t, annotations: {helm.sh/hook: test}}

            ---
            # Source: demo/templates/h.yaml
            kind: Job
            metadata: {name: h, annotations: {helm.sh/hook: pre-install}}


            """.ReplaceLineEndings("\n"));
        all.Notes.Should().Be("Hello web");
        few.Hooks.Should().ContainSingle().Which.Name.Should().Be("h");
        few.Crds.Should().BeEmpty();
        ReleasePrinter.ShowOnly(all.ToYaml(), ["templates/x*.yaml"]).Should().Be("---\n# Source: demo/templates/x.yaml\nkind: Service\n");
        ChartBuilder.Render(chart, new HelmOptions { Hooks = HelmHookPolicy.Skip }).Should().Be("---\n# Source: demo/templates/x.yaml\nkind: Service\n");
    }

    [Theory]
    [InlineData(HelmPostRenderStrategy.Combined, 1, "patched", "patched")]
    [InlineData(HelmPostRenderStrategy.Separate, 2, "patched", "patched")]
    [InlineData(HelmPostRenderStrategy.NoHooks, 1, "patched", "")]
    public void Render_PostRenderer_ChangesWhatTheStrategySends(HelmPostRenderStrategy strategy, int calls, string onObject, string onHook)
    {
        var chart = ChartBuilder.Chart(
            ("templates/x.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n"),
            ("templates/h.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: test}\n"));
        var seen = 0;
        var options = new HelmOptions
        {
            PostRenderStrategy = strategy,
            PostRenderer = (manifests, _) =>
            {
                seen++;
                foreach (var manifest in manifests)
                {
                    manifest.Root.Set("note", "patched");
                }

                return ValueTask.FromResult(manifests);
            },
        };

        var release = ChartBuilder.RenderRelease(chart, options);

        seen.Should().Be(calls);
        release.Manifests.Should().ContainSingle().Which.Text.Should().Contain($"note: {onObject}").And.NotContain("postrender-filename");
        release.Manifests[0].Path.Should().Be("demo/templates/x.yaml");
        release.Hooks.Should().ContainSingle().Which.Text.Contains("patched", StringComparison.Ordinal).Should().Be(onHook.Length > 0);
    }

    [Fact]
    public void Render_SchemaOfASubchart_NamesChartAndPointer()
    {
        var chart = ChartBuilder.Chart(
            ("charts/sub/Chart.yaml", SubChartYaml),
            ("charts/sub/values.schema.json", """{"properties":{"port":{"type":"integer"}}}"""));

        var act = () => ChartBuilder.Render(chart, new HelmOptions { Values = [new HelmSetValue("sub.port=x")] });

        act.Should().Throw<HelmException>().Which.Message.Should().Be("values don't meet the specifications of the schema(s) in the following chart(s):\nsub:\n- at '/port': got string, want integer\n");
        ChartBuilder.Render(chart, new HelmOptions { Values = [new HelmSetValue("sub.port=x")], SkipSchemaValidation = true }).Should().Be("\n");
    }
}
