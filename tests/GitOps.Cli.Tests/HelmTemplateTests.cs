using System.CommandLine;

namespace GitOps.Cli.Tests;

/// <summary><c>helm template</c>: what its flags do.</summary>
public sealed class HelmTemplateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-cli-").FullName;

    public HelmTemplateTests()
    {
        Write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
        Write("chart/values.yaml", "a: chart\nb: chart\n");
        Write("chart/values.schema.json", """{"properties": {"a": {"type": "string"}}}""");
        Write("chart/crds/crd.yaml", "kind: CustomResourceDefinition\n");
        Write("chart/templates/map.yaml", "kind: ConfigMap\na: {{ .Values.a }}\nb: {{ .Values.b | toJson }}\n---\nkind: Late\n\n\n");
        Write("chart/templates/release.yaml", "kind: Release\nname: {{ .Release.Name }}\nin: {{ .Release.Namespace }}\nupgrade: {{ .Release.IsUpgrade }}\nminor: {{ .Capabilities.KubeVersion.Minor }}\nhas: {{ .Capabilities.APIVersions.Has \"x/v1\" }}\n");
        Write("chart/templates/hook.yaml", "kind: Hook\nmetadata: {annotations: {helm.sh/hook: pre-install}}\n");
        Write("chart/templates/test.yaml", "kind: Test\nmetadata: {annotations: {helm.sh/hook: test}}\n");
        Write("values.yaml", "b: file\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", new[] { "kind: ConfigMap", "kind: Hook", "kind: Test", "upgrade: false", "name: n", "in: default", "a: chart" }, new[] { "CustomResourceDefinition" })]
    [InlineData("--include-crds", new[] { "# Source: web/crds/crd.yaml" }, new string[0])]
    [InlineData("--no-hooks", new[] { "kind: ConfigMap" }, new[] { "kind: Hook", "kind: Test" })]
    [InlineData("--skip-tests", new[] { "kind: Hook" }, new[] { "kind: Test" })]
    [InlineData("--is-upgrade -n other --kube-version 1.29 -a x/v1", new[] { "upgrade: true", "in: other", "minor: 29", "has: true" }, new string[0])]
    [InlineData("-f {dir}/values.yaml --set a=set", new[] { "a: set", "b: \"file\"" }, new string[0])]
    [InlineData("--set-string a=1 --set-json b=[1] --set-file b={dir}/values.yaml", new[] { "a: 1", "b: \"b: file\\n\"" }, new string[0])]
    [InlineData("--set-literal a=x,y={z}", new[] { "a: x,y={z}" }, new string[0])]
    [InlineData("--set a=1 --skip-schema-validation", new[] { "a: 1" }, new string[0])]
    [InlineData("-s templates/release.yaml", new[] { "kind: Release" }, new[] { "kind: ConfigMap", "kind: Hook" })]
    [InlineData("-s templates/map.yaml -s templates/hook.yaml", new[] { "kind: ConfigMap", "kind: Late", "kind: Hook" }, new[] { "kind: Release" })]
    public async Task Template_Flags_DoWhatHelmsDo(string flags, string[] present, string[] absent)
    {
        var (code, output, error) = await TemplateAsync(flags);

        code.Should().Be(0, error);
        output.Split('\n').Should().Contain(present);
        absent.Where(a => output.Contains(a, StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Template_Raw_PrintsTheTextBeforeItIsSplit() =>
        (await TemplateAsync("--raw -s templates/map.yaml")).Output.Should().Be("kind: ConfigMap\na: chart\nb: \"chart\"\n---\nkind: Late\n\n\n");

    [Fact]
    public async Task Template_OutputDirectory_HoldsTheDocumentsWhereHelmPutsThem()
    {
        var (code, output, error) = await TemplateAsync("--output-dir {dir}/out --release-name --include-crds --no-hooks");

        code.Should().Be(0, error);
        output.Should().EndWith("release.yaml\n\n").And.Contain($"wrote {Path.Combine(_folder, "out", "web", "crds", "crd.yaml")}\n");
        (await File.ReadAllTextAsync(Path.Combine(_folder, "out", "n", "web", "templates", "map.yaml"), TestContext.Current.CancellationToken))
            .Should().Be("---\n# Source: web/templates/map.yaml\nkind: ConfigMap\na: chart\nb: \"chart\"\n---\n# Source: web/templates/map.yaml\nkind: Late\n\n\n\n");
    }

    [Theory]
    [InlineData("--set a=1", "got number, want string")]
    [InlineData("--set a", "failed parsing --set data: key \"a\" has no value")]
    [InlineData("-s templates/nope.yaml", "could not find template templates/nope.yaml in chart")]
    [InlineData("-f {dir}/gone.yaml", "gone.yaml: no such file or directory")]
    [InlineData("--kube-version x", "invalid kube version 'x'")]
    public async Task Template_Mistake_FailsWithItsCause(string flags, string cause)
    {
        var (code, output, error) = await TemplateAsync(flags);

        code.Should().Be(1);
        output.Should().BeEmpty();
        error.Should().StartWith("Error: ").And.Contain(cause);
    }

    [Theory]
    [InlineData("values.yaml")]
    [InlineData("chart/nope.yaml")]
    public async Task Template_LinkThatLeavesTheChart_IsRefusedAndNotLeftOut(string target)
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "chart", "templates", "link.yaml"), Path.Combine(_folder, target));

        var (code, _, error) = await TemplateAsync("");

        code.Should().Be(1);
        error.Should().Contain("chart file \"templates/link.yaml\": the symbolic link templates/link.yaml leads to nothing or out of the source's files");
    }

    [Fact]
    public async Task Template_LinkInsideTheChart_IsFollowed()
    {
        Write("chart/extra.yaml", "kind: Extra\n");
        File.CreateSymbolicLink(Path.Combine(_folder, "chart", "templates", "link.yaml"), Path.Combine("..", "extra.yaml"));

        (await TemplateAsync("")).Output.Should().Contain("# Source: web/templates/link.yaml\nkind: Extra\n");
    }

    private async Task<(int Code, string Output, string Error)> TemplateAsync(string flags)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        string[] arguments = ["template", "n", Path.Combine(_folder, "chart"), .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Replace("{dir}", _folder, StringComparison.Ordinal))];
        var code = await HelmCommand.Create().Parse(arguments).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
