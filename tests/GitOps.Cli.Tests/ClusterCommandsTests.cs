using System.CommandLine;
using GitOps.Cli;
using GitOps.Testing;

namespace GitOps.Cli.Tests;

/// <summary>apply, diff and delete against the in-memory API server: what they print and their exit codes.</summary>
public sealed class ClusterCommandsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-cli-").FullName;
    private InMemoryCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await InMemoryCluster.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "kubeconfig"), _cluster.Kubeconfig);
        Directory.CreateDirectory(Path.Combine(_folder, "app"));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Diff_BeforeAndAfterApply_ExitsWithOneAndZero()
    {
        Write("a.yaml", "a", "1");

        (await RunAsync(DiffCommand.Create())).Code.Should().Be(1);
        var (code, output, error) = await RunAsync(ApplyCommand.Create());
        code.Should().Be(0, error);
        output.Should().Contain("ConfigMap/default/a created").And.Contain("done: 1 created");
        (await RunAsync(DiffCommand.Create())).Code.Should().Be(0);
        var again = await RunAsync(ApplyCommand.Create());
        again.Code.Should().Be(0);
        again.Output.Should().Contain("1 unchanged");
    }

    [Fact]
    public async Task Diff_ChangedField_ShowsBothValues()
    {
        Write("a.yaml", "a", "1");
        await RunAsync(ApplyCommand.Create());
        Write("a.yaml", "a", "2");

        var (code, output, _) = await RunAsync(DiffCommand.Create());

        code.Should().Be(1);
        output.Should().Contain("data.key: \"1\" -> \"2\"");
    }

    [Fact]
    public async Task Apply_Prune_DeletesWhatLeft()
    {
        Write("a.yaml", "a", "1");
        Write("b.yaml", "b", "1");
        await RunAsync(ApplyCommand.Create());
        File.Delete(Path.Combine(_folder, "app", "b.yaml"));

        (await RunAsync(ApplyCommand.Create())).Output.Should().NotContain("deleted", "pruning was not asked for");
        var (code, output, error) = await RunAsync(ApplyCommand.Create(), "--prune", "-o", "json");

        code.Should().Be(0, error);
        output.Should().Contain("\"action\": \"deleted\"");
    }

    [Fact]
    public async Task Delete_NamedAndWhole_DeletesOnlyWhatTheInventoryHolds()
    {
        Write("a.yaml", "a", "1");
        Write("b.yaml", "b", "1");
        await RunAsync(ApplyCommand.Create());
        File.Delete(Path.Combine(_folder, "app", "b.yaml"));

        var named = await RunAsync(DeleteCommand.Create());
        named.Code.Should().Be(0, named.Error);
        named.Output.Should().Contain("ConfigMap/default/a deleted").And.NotContain("/b ");
        var whole = await RunAsync(DeleteCommand.Create(), manifests: false);
        whole.Code.Should().Be(0, whole.Error);
        whole.Output.Should().Contain("ConfigMap/default/b deleted");
    }

    [Fact]
    public async Task Errors_AreToldWithTheirPlace()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "app", "bad.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", TestContext.Current.CancellationToken);

        var apply = await RunAsync(ApplyCommand.Create());
        apply.Code.Should().Be(1);
        apply.Error.Should().Contain("bad.yaml");
        (await RunAsync(DiffCommand.Create())).Code.Should().Be(2);
        (await RunAsync(DiffCommand.Create(), manifests: false)).Code.Should().Be(2);
    }

    [Fact]
    public async Task Apply_KustomizationWithDryRun_ChangesNothing()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "app", "kustomization.yaml"), "namespace: default\nnamePrefix: x-\nresources: [a.yaml]\n", TestContext.Current.CancellationToken);
        Write("a.yaml", "a", "1");

        var (code, output, error) = await RunAsync(ApplyCommand.Create(), manifests: false, "-k", Path.Combine(_folder, "app"), "--dry-run");

        code.Should().Be(0, error);
        output.Should().Contain("+ ConfigMap/default/x-a created");
    }

    private void Write(string file, string name, string value) =>
        File.WriteAllText(Path.Combine(_folder, "app", file), $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: \"{value}\"\n");

    private Task<(int Code, string Output, string Error)> RunAsync(Command command, params string[] arguments) => RunAsync(command, manifests: true, arguments);

    private async Task<(int Code, string Output, string Error)> RunAsync(Command command, bool manifests, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] all = ["--kubeconfig", Path.Combine(_folder, "kubeconfig"), .. manifests ? (string[])["-f", Path.Combine(_folder, "app")] : [], .. arguments];
        var code = await command.Parse(all).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
