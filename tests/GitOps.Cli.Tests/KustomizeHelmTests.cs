using System.CommandLine;

namespace GitOps.Cli.Tests;

/// <summary><c>kustomize build</c> of a kustomization with a chart.</summary>
public sealed class KustomizeHelmTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-cli-").FullName;

    public KustomizeHelmTests()
    {
        Write("app/kustomization.yaml", """
            namespace: prod
            namePrefix: p-
            helmGlobals: {chartHome: vendor}
            helmCharts:
            - name: web
              releaseName: r
              valuesFile: values.yaml
              valuesInline: {who: inline, gone: null}
              apiVersions: [example.com/v1]
              kubeVersion: "1.30.0"
              includeCRDs: true
              skipTests: true

            """);
        Write("app/values.yaml", "who: file\nfrom: file\ngone: file\n");
        Write("app/vendor/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
        Write("app/vendor/web/values.yaml", "who: chart\nfrom: chart\ngone: chart\nown: chart\n");
        Write("app/vendor/web/crds/crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n");
        Write("app/vendor/web/templates/map.yaml", """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: "{{ .Release.Name }}-map", namespace: "{{ .Release.Namespace }}"}
            data:
              values: "{{ .Values.who }},{{ .Values.from }},{{ .Values.gone }},{{ .Values.own }}"
              has: "{{ .Capabilities.APIVersions.Has "example.com/v1" }}"
              kube: "{{ .Capabilities.KubeVersion.Minor }}"

            """);
        Write("app/vendor/web/templates/test.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Build_ChartOnDisk_IsRenderedWhenHelmIsEnabled()
    {
        var (code, output, error) = await BuildAsync("--enable-helm");

        code.Should().Be(0, error);
        output.Should().Be("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: things.example.com
            ---
            apiVersion: v1
            data:
              has: "true"
              kube: "30"
              values: inline,file,chart,chart
            kind: ConfigMap
            metadata:
              name: p-r-map
              namespace: prod

            """);
    }

    [Theory]
    [InlineData("merge", "file,file,file,chart")]
    [InlineData("replace", "inline,chart,,chart")]
    public async Task Build_ValuesMerge_SaysWhichValuesCount(string how, string values)
    {
        Edit("valuesFile:", $"valuesMerge: {how}\n  valuesFile:");

        (await BuildAsync("--enable-helm")).Output.Should().Contain($"values: {values}\n");
    }

    [Fact]
    public async Task Build_NameTemplate_NamesTheRelease()
    {
        Edit("releaseName: r", "nameTemplate: '{{ upper \"N\" | lower }}-1'");

        (await BuildAsync("--enable-helm")).Output.Should().Contain("name: p-n-1-map\n");
    }

    [Theory]
    [InlineData("name: web", "name: other", "no chart found at 'vendor/other'")]
    [InlineData("valuesFile: values.yaml", "valuesFile: ../values.yaml", "values.yaml")]
    [InlineData("releaseName: r", "valuesMerge: mix", "valuesMerge must be one of")]
    public async Task Build_WrongEntry_IsRefusedWithItsCause(string text, string replacement, string cause)
    {
        Write("values.yaml", "who: outside\n");
        Edit(text, replacement);

        var (code, _, error) = await BuildAsync("--enable-helm");

        code.Should().Be(1);
        error.Should().Contain(cause);
    }

    [Fact]
    public async Task Build_WithoutTheFlag_RefusesTheChart()
    {
        var (code, _, error) = await BuildAsync();

        code.Should().Be(1);
        error.Should().Contain("--enable-helm");
    }

    private async Task<(int Code, string Output, string Error)> BuildAsync(params string[] flags)
    {
        using var error = new StringWriter();
        var file = Path.Combine(_folder, "out.yaml");
        var configuration = new InvocationConfiguration { Output = TextWriter.Null, Error = error };
        string[] arguments = ["build", Path.Combine(_folder, "app"), "-o", file, .. flags];
        var code = await KustomizeCommand.Create().Parse(arguments).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        return (code, File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "", error.ToString());
    }

    private void Edit(string text, string replacement)
    {
        var file = Path.Combine(_folder, "app", "kustomization.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace(text, replacement, StringComparison.Ordinal));
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
