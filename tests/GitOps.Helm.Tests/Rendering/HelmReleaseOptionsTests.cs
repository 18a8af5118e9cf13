using System.Text;
using GitOps.Helm.Tests.Charts;
using NSubstitute;

namespace GitOps.Helm.Tests.Rendering;

public sealed class HelmReleaseOptionsTests
{
    private const string ConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  values: {{ pick .Values \"a\" \"b\" \"c\" \"d\" | toJson | quote }}\n";

    [Fact]
    public async Task RenderAsync_ValuesOfEverySource_LieOverEachOtherInOrder()
    {
        var options = new HelmReleaseOptions { Values = "b: text\nc: text\n" };
        options.ValuesFrom.Add(new HelmValuesFromOptions { Name = "shared" });
        options.ValuesFrom.Add(new HelmValuesFromOptions { Name = "shared", Key = "token", TargetPath = "d" });
        options.ValuesFrom.Add(new HelmValuesFromOptions { Name = "gone", Optional = true });
        options.Set.Add("c=set");

        var result = await RenderAsync(options, Secrets("shared", ("values.yaml", "a: secret\nb: secret\nc: secret\n"), ("token", "abc")));

        result.Diagnostics.Should().BeEmpty();
        result.Manifests.Single().Root.GetMap("data")!.GetString("values").Should().Be("""{"a":"secret","b":"text","c":"set","d":"abc"}""");
        result.ReadsOutsideTheTree.Should().BeTrue("a Secret may be rotated between two commits");
    }

    [Fact]
    public async Task RenderAsync_SecretIsNotThere_SaysWhich()
    {
        var options = new HelmReleaseOptions();
        options.ValuesFrom.Add(new HelmValuesFromOptions { Name = "gone" });

        var result = await RenderAsync(options, Secrets("other", ("values.yaml", "a: 1")));

        result.Succeeded.Should().BeFalse();
        result.Diagnostics[0].Message.Should().Contain("gone").And.Contain("Secret");
    }

    [Fact]
    public async Task RenderAsync_ChartAlone_ReadsNothingOutside() =>
        (await RenderAsync(new HelmReleaseOptions(), null)).ReadsOutsideTheTree.Should().BeFalse();

    [Fact]
    public void Validate_Mistakes_AreAllReported()
    {
        var options = new HelmReleaseOptions { Source = "fleet", ReleaseName = "Not A Name" };
        options.ValuesFrom.Add(new HelmValuesFromOptions { Kind = "Pod", Name = "x" });
        options.ValuesFrom.Add(new HelmValuesFromOptions());
        options.SetJson.Add("a={not json");

        options.Validate().Should().SatisfyRespectively(
            e => e.Should().Contain("'Pod'"),
            e => e.Should().Contain("without Name"),
            e => e.Should().StartWith("The value 'a=...' cannot be set"),
            e => e.Should().Contain("Not A Name"));
    }

    private static ISecretReader Secrets(string name, params (string Key, string Value)[] values)
    {
        var reader = Substitute.For<ISecretReader>();
        reader.ReadAsync(Arg.Any<string?>(), Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(call => ValueTask.FromResult<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?>(
            call.ArgAt<string>(1) == name ? values.ToDictionary(v => v.Key, v => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(v.Value)) : null));
        return reader;
    }

    private static async Task<RenderResult> RenderAsync(HelmReleaseOptions options, ISecretReader? secrets)
    {
        var tree = ChartBuilder.Tree(("Chart.yaml", ChartBuilder.ChartYaml), ("values.yaml", "a: chart\nb: chart\nc: chart\nd: chart\n"), ("templates/cm.yaml", ConfigMap));
        return await new HelmRenderer().RenderAsync(new RenderRequest("web", tree, TreePath.Root) { Options = options.ToRenderOptions("web", secrets) }, TestContext.Current.CancellationToken);
    }
}
