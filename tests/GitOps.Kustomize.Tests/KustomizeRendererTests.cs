using System.Text;
using GitOps.Yaml;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Kustomize.Tests;

public sealed class KustomizeRendererTests
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 1
          template:
            spec:
              containers:
              - name: app
                image: nginx:1.0
                envFrom:
                - configMapRef:
                    name: settings
        """;

    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal)
    {
        ["app/kustomization.yaml"] = "resources: [web.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=b]\n",
        ["app/web.yaml"] = Deployment,
    };

    [Fact]
    public async Task RenderAsync_Kustomization_GivesManifestsInInputOrder()
    {
        var result = await Render();

        result.Succeeded.Should().BeTrue();
        result.Manifests.Select(m => m.Kind).Should().Equal("Deployment", "ConfigMap");
        var name = result.Manifests[1].Id.Name;
        name.Should().MatchRegex("^settings-[a-z0-9]{10}$");
        YamlWriter.Write(result.Manifests[0].Root).Should().Contain($"name: {name}");
        result.Manifests[0].Origin!.File.Should().Be("app/web.yaml");
    }

    [Fact]
    public async Task RenderAsync_UnitOptions_AreAppliedOnTop()
    {
        var result = await Render(new KustomizeOptions
        {
            TargetNamespace = "prod",
            NamePrefix = "p-",
            NameSuffix = "-s",
            Images = [new KustomizeImage("nginx", NewTag: "2.0")],
            Patches = [new KustomizePatch("- op: replace\n  path: /spec/replicas\n  value: 3\n", new KustomizePatchTarget { Kind = "Deployment" })],
            CommonLabels = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "a" },
            CommonAnnotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = "${WHO}" },
            Substitutions = new Dictionary<string, string>(StringComparer.Ordinal) { ["WHO"] = "me" },
        });

        result.Diagnostics.Should().BeEmpty();
        var text = YamlWriter.Write(result.Manifests[0].Root);
        text.Should().Contain("name: p-web-s").And.Contain("namespace: prod").And.Contain("image: nginx:2.0").And.Contain("replicas: 3").And.Contain("note: me").And.Contain("team: a");
        result.Manifests[1].Label("team").Should().Be("a");
        result.Manifests[0].Root.GetMap("spec")!.GetMap("template")!.GetMap("metadata").Should().BeNull("common metadata is not for templates");
    }

    [Fact]
    public async Task RenderAsync_DirectoryWithoutKustomization_TakesAllYamlFiles()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["x/b.yaml"] = Object("b"),
            ["x/a/c.yml"] = Object("c"),
            ["x/notes.txt"] = "no",
            ["x/k/kustomization.yaml"] = "resources: [d.yaml]\nnamePrefix: k-\n",
            ["x/k/d.yaml"] = Object("d"),
        };

        var result = await new KustomizeRenderer().RenderAsync(new RenderRequest("u", new MemoryFileTree(files), TreePath.Parse("x")), TestContext.Current.CancellationToken);

        result.Diagnostics.Should().BeEmpty();
        result.Manifests.Select(m => m.Id.Name).Should().Equal("c", "b", "k-d");
    }

    [Fact]
    public async Task RenderAsync_DirectoryWithoutYaml_GivesNothing()
    {
        var tree = new MemoryFileTree(new Dictionary<string, string>(StringComparer.Ordinal) { ["x/readme.txt"] = "" });

        var result = await new KustomizeRenderer().RenderAsync(new RenderRequest("u", tree, TreePath.Parse("x")), TestContext.Current.CancellationToken);

        result.Succeeded.Should().BeTrue();
        result.Manifests.Should().BeEmpty();
    }

    [Fact]
    public async Task RenderAsync_BrokenFile_NamesFileLineAndCause()
    {
        _files["app/web.yaml"] = "apiVersion: v1\nkind: [\n";

        var result = await Render();

        result.Succeeded.Should().BeFalse();
        var error = result.Diagnostics.Should().ContainSingle().Which;
        error.Location!.File.Should().Be("app/web.yaml");
        error.Location.Line.Should().BeGreaterThan(1);
        error.Message.Should().Contain("MalformedYAMLError");
    }

    [Theory]
    [InlineData("resources: [https://github.com/x/y]\n", "remote")]
    [InlineData("resources: ['github.com/x/y//z?ref=v1']\n", "remote")]
    [InlineData("resources: [../../../etc/passwd]\n", "leads out of the source")]
    [InlineData("resources: [nope.yaml]\n", "app/nope.yaml")]
    [InlineData("resorces: []\n", "unknown field \"resorces\"")]
    [InlineData("resources: [../app]\n", "cycle detected")]
    [InlineData("transformers: [t.yaml]\n", "external plugins disabled")]
    [InlineData("helmCharts: [{name: x}]\n", "Helm renderer")]
    public async Task RenderAsync_WhatIsNotAllowed_IsRefusedWithItsCause(string kustomization, string cause)
    {
        _files["app/kustomization.yaml"] = kustomization;
        _files["app/t.yaml"] = "apiVersion: x.example.com/v1\nkind: Thing\nmetadata: {name: t, annotations: {config.kubernetes.io/function: 'exec: {path: /bin/sh}'}}\n";

        var result = await Render();

        result.Succeeded.Should().BeFalse();
        result.Diagnostics[0].Message.Should().Contain(cause);
    }

    [Theory]
    [InlineData("y", "true")]
    [InlineData("on", "true")]
    [InlineData("No", "false")]
    [InlineData("'y'", "\"y\"")]
    public async Task RenderAsync_OldTruthValueInAJsonPatch_IsATruthValue(string written, string printed)
    {
        var result = await Render(new KustomizeOptions
        {
            Patches = [new KustomizePatch($"- op: add\n  path: /spec/paused\n  value: {written}\n", new KustomizePatchTarget { Kind = "Deployment" })],
        });

        result.Diagnostics.Should().BeEmpty();
        YamlWriter.Write(result.Manifests[0].Root).Should().Contain($"paused: {printed}\n");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void AddKustomization_EnableHelm_DecidesWhetherTheInflatorIsUsed(bool enable, int charts)
    {
        var inflator = NSubstitute.Substitute.For<IHelmChartInflator>();
        var services = new ServiceCollection();
        services.AddSingleton(inflator);
        services.AddGitOps().AddKustomization("apps", options =>
        {
            options.Source = "s";
            options.EnableHelm = enable;
        });
        using var provider = services.BuildServiceProvider();

        var unit = provider.GetServices<UnitRegistration>().Single();

        new[] { ((KustomizeOptions)unit.Create(provider).RenderOptions!).ChartInflator }.OfType<IHelmChartInflator>().Should().HaveCount(charts);
    }

    [Fact]
    public async Task RenderAsync_ManagedTransformer_RunsInPlaceOfAProgram()
    {
        _files["app/kustomization.yaml"] += "transformers: [t.yaml]\n";
        _files["app/t.yaml"] = "apiVersion: x.example.com/v1\nkind: Stamp\nmetadata: {name: t}\nvalue: hello\n";

        var result = await Render(new KustomizeOptions { Transformers = [new Stamp()] });

        result.Diagnostics.Should().BeEmpty();
        result.Manifests.Should().AllSatisfy(m => m.Annotation("stamp").Should().Be("hello"));
    }

    [Fact]
    public async Task RenderAsync_Decryptor_DecryptsWhatIsRead()
    {
        _files["app/kustomization.yaml"] = "secretGenerator:\n- name: s\n  files: [key=secret.enc]\n  options: {disableNameSuffixHash: true}\n";
        _files["app/secret.enc"] = "terces";

        var result = await new KustomizeRenderer().RenderAsync(
            new RenderRequest("u", new MemoryFileTree(_files), TreePath.Parse("app")) { Decryptor = new Reverser() }, TestContext.Current.CancellationToken);

        result.Diagnostics.Should().BeEmpty();
        result.Manifests[0].Root.GetMap("data")!.GetString("key").Should().Be(Convert.ToBase64String("secret"u8));
    }

    [Fact]
    public async Task RenderAsync_UnreadFileChanges_ReadSetIsUnchanged()
    {
        _files["other/x.yaml"] = "a";
        var recorder = new RecordingFileTree(new MemoryFileTree(_files));
        await new KustomizeRenderer().RenderAsync(new RenderRequest("u", recorder, TreePath.Parse("app")), TestContext.Current.CancellationToken);
        var reads = recorder.GetReads();

        _files["other/x.yaml"] = "b";
        RecordingFileTree.IsUnchanged(reads, new MemoryFileTree(_files)).Should().BeTrue();
        _files["app/kustomization.yml"] = "resources: []";
        RecordingFileTree.IsUnchanged(reads, new MemoryFileTree(_files)).Should().BeFalse("a look-up that found nothing counts too");
    }

    [Fact]
    public async Task RenderAsync_InParallel_GivesTheSameEachTime()
    {
        var first = await Text();

        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(Text)));

        all.Should().AllBe(first);

        async Task<string> Text() => YamlWriter.Write((await Render()).Manifests.Select(m => (Node)m.Root));
    }

    [Fact]
    public async Task RenderAsync_Cancelled_Throws()
    {
        var render = async () => await new KustomizeRenderer().RenderAsync(new RenderRequest("u", new MemoryFileTree(_files), TreePath.Parse("app")), new CancellationToken(canceled: true));

        await render.Should().ThrowAsync<OperationCanceledException>();
    }

    private static string Object(string name) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n";

    private async Task<RenderResult> Render(KustomizeOptions? options = null) =>
        await new KustomizeRenderer(options).RenderAsync(new RenderRequest("u", new MemoryFileTree(_files), TreePath.Parse("app")), TestContext.Current.CancellationToken);

    private sealed class Stamp : IKustomizeTransformer
    {
        public bool Handles(string apiVersion, string kind) => kind == "Stamp";

        public IReadOnlyList<MapNode> Transform(MapNode configuration, IReadOnlyList<MapNode> resources)
        {
            foreach (var resource in resources)
            {
                resource.GetOrAddMap("metadata").GetOrAddMap("annotations").Set("stamp", configuration.GetString("value")!);
            }

            return resources;
        }
    }

    private sealed class Reverser : ISecretDecryptor
    {
        public ValueTask<ReadOnlyMemory<byte>> DecryptAsync(TreePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            ValueTask.FromResult(path.Name.EndsWith(".enc", StringComparison.Ordinal)
                ? (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes([.. Encoding.UTF8.GetString(content.Span).Reverse()])
                : content);
    }
}
