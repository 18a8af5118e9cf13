using System.CommandLine;

namespace GitOps.Cli.Tests;

/// <summary><c>kustomize build</c>: where the output goes and how it fails.</summary>
public sealed class KustomizeBuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-cli-").FullName;

    public KustomizeBuildTests()
    {
        Write("app/kustomization.yaml", "resources: [all.yaml]\n");
        Write("app/all.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: Web}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: "system:web"}

            """);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Build_OutputIsAFolder_WritesAFileForEachObject()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName;

        var (code, _) = await BuildAsync("app", "-o", output);

        code.Should().Be(0);
        Directory.GetFiles(output).Select(Path.GetFileName).Should().BeEquivalentTo("apps_v1_deployment_web.yaml", "rbac.authorization.k8s.io_v1_clusterrole_system:web.yaml");
        (await File.ReadAllTextAsync(Path.Combine(output, "apps_v1_deployment_web.yaml"), TestContext.Current.CancellationToken))
            .Should().Be("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: Web\n");
    }

    [Fact]
    public async Task Build_OutputIsAFolderAndNamespacesDiffer_NamesThem()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName;
        Write("app/all.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: Two}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n");

        (await BuildAsync("app", "-o", output)).Code.Should().Be(0);

        Directory.GetFiles(output).Select(Path.GetFileName).Should().BeEquivalentTo("default_v1_secret_s.yaml", "two_v1_secret_s.yaml", "v1_namespace_n.yaml");
    }

    [Fact]
    public async Task Build_NameThatLeadsOutOfTheFolder_IsRefused()
    {
        var output = Directory.CreateDirectory(Path.Combine(_folder, "out")).FullName;
        Write("app/all.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: /../../s}\n");

        var (code, error) = await BuildAsync("app", "-o", output);

        code.Should().Be(1);
        error.Should().Contain("all.yaml").And.Contain("no file can be named");
        File.Exists(Path.Combine(_folder, "s.yaml")).Should().BeFalse();
    }

    [Theory]
    [InlineData("none", "is not a directory")]
    [InlineData("app/all.yaml", "is not a directory")]
    [InlineData("-", "is not a directory")]
    [InlineData("", "cannot be empty")]
    [InlineData("https://git.example.com/team/app?ref=v1", "is not built from a URL")]
    public async Task Build_NoSuchDirectory_FailsWithItsCause(string directory, string cause)
    {
        var (code, error) = await BuildAsync(directory);

        code.Should().Be(1);
        error.Should().StartWith("Error: ").And.Contain(cause);
    }

    [Fact]
    public async Task Build_OutputIsAFile_HoldsWhatWouldBePrinted()
    {
        var output = Path.Combine(_folder, "out.yaml");

        (await BuildAsync("app", "-o", output)).Should().Be((0, ""));

        (await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken)).Should().Be(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:web\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: Web\n");
    }

    [Theory]
    [InlineData("LoadRestrictionsRootOnly", 1, "is not in or below")]
    [InlineData("LoadRestrictionsNone", 0, "")]
    [InlineData("Bogus", 1, "LoadRestrictionsNone")]
    public async Task Build_LoadRestrictor_DecidesAboutFilesOutside(string restrictor, int code, string cause)
    {
        Write("over/kustomization.yaml", "resources: [../app/all.yaml]\n");
        var output = Path.Combine(_folder, "out.yaml");

        var result = await BuildAsync("over", "--load-restrictor", restrictor, "-o", output);

        result.Code.Should().Be(code);
        (cause.Length == 0 ? result.Error.Length == 0 : result.Error.Contains(cause, StringComparison.Ordinal)).Should().BeTrue(result.Error);
        File.Exists(output).Should().Be(code == 0);
    }

    private async Task<(int Code, string Error)> BuildAsync(string directory, params string[] flags)
    {
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = TextWriter.Null, Error = error };
        var path = directory.Length == 0 || directory.Contains("://", StringComparison.Ordinal) ? directory : Path.Combine(_folder, directory);
        var code = await KustomizeCommand.Create().Parse(["build", path, .. flags]).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        return (code, error.ToString());
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
