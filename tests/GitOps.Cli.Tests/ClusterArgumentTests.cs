using System.Diagnostics;
using GitOps.Testing;
using GitOps.Yaml;

namespace GitOps.Cli.Tests;

/// <summary>The tool as a process, with all that reaches it from outside: standard input, KUBECONFIG, contexts, exit codes.</summary>
public sealed class ClusterArgumentTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-args-").FullName;
    private InMemoryCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Namespaces = ["team"] }, Token);
        await WriteAsync("kubeconfig", _cluster.Kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Apply_FromStandardInputWithNamespace_PrintsYaml()
    {
        var (code, output, error) = await RunAsync(ConfigMap("a") + "---\n" + ConfigMap("b"), "apply", "-f", "-", "-n", "team", "-o", "yaml", "--kubeconfig", At("kubeconfig"));

        code.Should().Be(0, error);
        var changes = ((MapNode)YamlReader.Read(output)).GetList("changes")!;
        changes.Select(c => ((MapNode)c).GetString("namespace")).Should().Equal("team", "team");
    }

    [Fact]
    public async Task Diff_FormatsAndExitCodes_TellEqualDifferentAndBroken()
    {
        await WriteAsync("a.yaml", ConfigMap("a"));
        (await RunAsync("", "apply", "-f", At("a.yaml"), "--kubeconfig", At("kubeconfig"))).Code.Should().Be(0);
        await WriteAsync("a.yaml", ConfigMap("a", "2"));

        var (code, output, error) = await RunAsync("", "diff", "-f", At("a.yaml"), "-o", "json", "--kubeconfig", At("kubeconfig"));
        code.Should().Be(1, error);
        var change = (MapNode)((MapNode)YamlReader.Read(output)).GetList("changes")![0];
        change.GetString("action").Should().Be("configured");
        ((MapNode)change.GetList("fields")![0]).GetString("path").Should().Be("data.key");

        await WriteAsync("a.yaml", ConfigMap("a"));
        (await RunAsync("", "diff", "-f", At("a.yaml"), "--kubeconfig", At("kubeconfig"))).Code.Should().Be(0);
        (await RunAsync("", "diff", "-f", At("missing.yaml"), "--kubeconfig", At("kubeconfig"))).Code.Should().Be(2);
        (await RunAsync("", "diff", "-f", At("a.yaml"), "--kubeconfig", At("nowhere"))).Code.Should().Be(2);
        (await RunAsync("kind: [", "diff", "-f", "-", "--kubeconfig", At("kubeconfig"))).Code.Should().Be(2);
        (await RunAsync("", "diff", "-f", At("a.yaml"), "-o", "xml", "--kubeconfig", At("kubeconfig"))).Code.Should().Be(2, "a wrong argument is an error and not a difference");
        (await RunAsync("", "apply", "-f", At("a.yaml"), "-o", "xml", "--kubeconfig", At("kubeconfig"))).Code.Should().Be(1);
    }

    [Fact]
    public async Task Kubeconfig_VariableWithTwoFilesAndAContext_IsHonoured()
    {
        await WriteAsync("contexts", "contexts: [{name: there, context: {cluster: in-memory, user: admin, namespace: team}}]\n");
        await WriteAsync("a.yaml", ConfigMap("a"));
        var variable = ("KUBECONFIG", string.Join(Path.PathSeparator, At("contexts"), At("missing"), At("kubeconfig")));

        var (code, output, error) = await RunAsync("", [variable], "apply", "-f", At("a.yaml"), "--context", "there");
        code.Should().Be(0, error);
        output.Should().Contain("ConfigMap/team/a created");
        (await RunAsync("", [variable], "apply", "-f", At("a.yaml"), "--context", "elsewhere")).Error.Should().Contain("no context 'elsewhere'");
    }

    [Fact]
    public async Task Apply_ObjectMovesToAnotherInventory_IsHandedOver()
    {
        await WriteAsync("both.yaml", ConfigMap("stays") + "---\n" + ConfigMap("moves"));
        await WriteAsync("stays.yaml", ConfigMap("stays"));
        await WriteAsync("moves.yaml", ConfigMap("moves", "2"));
        string[] to = ["--kubeconfig", At("kubeconfig")];
        (await RunAsync("", ["apply", "--inventory", "one", "-f", At("both.yaml"), .. to])).Code.Should().Be(0);

        var early = await RunAsync("", ["apply", "--inventory", "two", "-f", At("moves.yaml"), .. to]);
        early.Code.Should().Be(1);
        early.Error.Should().Contain("belongs to unit one");
        (await RunAsync("", ["apply", "--inventory", "one", "-f", At("stays.yaml"), .. to])).Code.Should().Be(0);
        (await RunAsync("", ["apply", "--inventory", "two", "-f", At("moves.yaml"), .. to])).Code.Should().Be(0);
        var pruned = await RunAsync("", ["apply", "--inventory", "one", "--prune", "-f", At("stays.yaml"), .. to]);

        pruned.Code.Should().Be(0, pruned.Error);
        pruned.Output.Should().NotContain("deleted");
        (await RunAsync("", ["diff", "--inventory", "two", "-f", At("moves.yaml"), .. to])).Code.Should().Be(0);
        var deleted = await RunAsync("", ["delete", "--inventory", "one", .. to]);
        deleted.Output.Should().Contain("stays deleted").And.NotContain("moves");
    }

    [Fact]
    public async Task Apply_WaitForWhatNeverGetsReady_EndsAtTheTimeoutAndSaysWhy()
    {
        await WriteAsync("d.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: default}
            spec:
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: i}]}}
            """);

        var (code, _, error) = await RunAsync("", "apply", "-f", At("d.yaml"), "--wait", "--timeout", "1500ms", "--kubeconfig", At("kubeconfig"));

        code.Should().Be(1);
        error.Should().Contain("Deployment/default/web").And.Contain("not all objects were healthy");
        (await RunAsync("", "apply", "-f", At("d.yaml"), "--timeout", "soon", "--kubeconfig", At("kubeconfig"))).Error.Should().Contain("not a duration");
    }

    private static string ConfigMap(string name, string value = "1") => $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: \"{value}\"\n";

    private string At(string name) => Path.Combine(_folder, name);

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(At(name), text, Token);

    private static Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] arguments) => RunAsync(input, [], arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string input, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(ApplyCommand).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("KUBECONFIG");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output, await error);
    }
}
