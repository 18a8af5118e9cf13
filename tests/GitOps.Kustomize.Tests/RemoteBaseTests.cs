using System.Text;
using GitOps.Yaml;

namespace GitOps.Kustomize.Tests;

public sealed class RemoteBaseTests
{
    private const string ConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: remote\n";

    private readonly FakeResolver _resolver = new();

    [Fact]
    public async Task RenderAsync_RemoteBaseWithoutResolver_IsRefusedWithFileAndCause()
    {
        var result = await Render("resources:\n- https://git.example.com/team/app//base?ref=v1\n", resolver: null);

        result.Succeeded.Should().BeFalse();
        result.Diagnostics.Should().ContainSingle().Which.Message.Should()
            .Contain("app/kustomization.yaml").And.Contain("remote base 'https://git.example.com/team/app//base?ref=v1' is refused");
    }

    [Fact]
    public async Task RenderAsync_RemoteBase_RendersFromTheRepository()
    {
        _resolver.Repositories["https://git.example.com/team/app"] = new Dictionary<string, string>
        {
            ["base/kustomization.yaml"] = "resources: [cm.yaml, ../shared]\n",
            ["base/cm.yaml"] = ConfigMap,
            ["shared/kustomization.yaml"] = "configMapGenerator:\n- name: made\n",
        };

        var result = await Render("resources:\n- https://git.example.com/team/app//base?ref=v1&submodules=false\nnamePrefix: my-\nbuildMetadata: [originAnnotations]\n", _resolver);

        result.Succeeded.Should().BeTrue(string.Join("; ", result.Diagnostics));
        result.ReadsOutsideTheTree.Should().BeTrue("the branch may have moved when the unit is reconciled again");
        result.Manifests.Select(m => m.Id.Name).Should().SatisfyRespectively(n => n.Should().Be("my-remote"), n => n.Should().StartWith("my-made-"));
        _resolver.Asked.Should().Equal(new RemoteRepository("https://git.example.com/team/app", "v1", false, TimeSpan.FromSeconds(27)));
        YamlWriter.Write(result.Manifests[0].Root).Should().Contain("path: base/cm.yaml\n").And.Contain("repo: https://git.example.com/team/app\n").And.Contain("ref: v1\n");
    }

    [Fact]
    public async Task RenderAsync_RemoteFile_IsReadAsAResource()
    {
        _resolver.Files["https://files.example.com/cm.yaml"] = ConfigMap;

        var result = await Render("resources:\n- https://files.example.com/cm.yaml\n", _resolver);

        result.Manifests.Should().ContainSingle().Which.Id.Name.Should().Be("remote");
    }

    [Theory]
    [InlineData("resources: [../../../x]\n", "leads out of the source")]
    [InlineData("resources: [../other/cm.yaml]\n", "security")]
    [InlineData("resources: ['https://git.example.com/team/app']\n", "cycle detected")]
    [InlineData("resources: [missing.yaml]\n", "does not exist")]
    public async Task RenderAsync_RemoteBaseThatReachesOut_IsRefused(string kustomization, string cause)
    {
        _resolver.Repositories["https://git.example.com/team/app"] = new Dictionary<string, string>
        {
            ["base/kustomization.yaml"] = kustomization,
            ["other/cm.yaml"] = ConfigMap,
        };

        var result = await Render("resources:\n- https://git.example.com/team/app//base\n", _resolver);

        result.Succeeded.Should().BeFalse();
        result.Diagnostics[0].Message.Should().Contain(cause).And.Contain("app/kustomization.yaml");
    }

    private static async Task<RenderResult> Render(string kustomization, IRemoteResolver? resolver)
    {
        var tree = new MemoryFileTree(new Dictionary<string, string> { ["app/kustomization.yaml"] = kustomization });
        var renderer = new KustomizeRenderer(new KustomizeOptions { RemoteResolver = resolver });
        return await renderer.RenderAsync(new RenderRequest("unit", tree, TreePath.Parse("app")), TestContext.Current.CancellationToken);
    }

    private sealed class FakeResolver : IRemoteResolver
    {
        public Dictionary<string, Dictionary<string, string>> Repositories { get; } = [];

        public Dictionary<string, string> Files { get; } = [];

        public List<RemoteRepository> Asked { get; } = [];

        public async ValueTask<IFileTree> FetchRepositoryAsync(RemoteRepository repository, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Asked.Add(repository);
            return new MemoryFileTree(Repositories[repository.Url]);
        }

        public async ValueTask<ReadOnlyMemory<byte>?> FetchFileAsync(Uri file, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return Files.TryGetValue(file.AbsoluteUri, out var text) ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text) : null;
        }
    }
}
