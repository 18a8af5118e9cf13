using GitOps.Helm.Values;

namespace GitOps.Helm.Tests.Values;

public sealed class ValuesBuilderTests
{
    [Fact]
    public async Task Build_SourcesInOrder_TheLastOneWins()
    {
        var options = new HelmOptions
        {
            Values =
            [
                new HelmValuesFile("a.yaml"),
                new HelmValuesText("a: {x: text}\nb: 1"),
                new HelmSetValue("a.y=1"),
                new HelmValuesReference("ConfigMap", "cm"),
                new HelmValuesReference("Secret", "s") { Key = "password", TargetPath = "auth.password" },
                new HelmValuesReference("Secret", "none") { Optional = true },
            ],
            ValuesResolver = (reference, _) => ValueTask.FromResult(reference.Name switch
            {
                "cm" => "b: fromcm",
                "s" => "'12345'",
                _ => (string?)null,
            }),
        };

        var values = await HelmTemplate.BuildValuesAsync(options, path => path == "a.yaml" ? "a: {x: file, z: file}\n---\nc: second" : null, TestContext.Current.CancellationToken);

        ValuesCoalescerTests.Print(values).Should().Be("{a:{x:text,y:1,z:file},auth:{password:12345},b:fromcm,c:second}");
        ((Dictionary<string, object?>)values["auth"]!)["password"].Should().Be("12345");
    }

    [Fact]
    public async Task Build_MissingReference_NamesItAndNotItsContent()
    {
        var options = new HelmOptions { Values = [new HelmValuesReference("Secret", "s") { Key = "k" }] };

        var act = () => HelmTemplate.BuildValuesAsync(options, _ => null, TestContext.Current.CancellationToken).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Message.Should().Be("could not find values key 'k' in Secret 's'");
    }

    [Fact]
    public void Add_SecretThatCannotBeSet_KeepsTheSecret()
    {
        var builder = new ValuesBuilder(_ => null);

        var act = () => builder.Add(new HelmValuesReference("Secret", "s") { TargetPath = "a[x]" }, "hunter2");

        act.Should().Throw<HelmException>().Which.ToString().Should().NotContain("hunter2");
    }

    [Theory]
    [InlineData("- a\n")]
    [InlineData("text")]
    [InlineData("a: [")]
    [InlineData("a: 1\n--- b\n")]
    public void Add_FileThatIsNoMap_NamesTheFile(string yaml)
    {
        var act = () => new ValuesBuilder(_ => yaml).Add(new HelmValuesFile("my.yaml"));

        act.Should().Throw<HelmException>().Which.Message.Should().StartWith("failed to parse my.yaml: ");
    }

    [Fact]
    public void Add_MissingFile_FailsUnlessOptional()
    {
        var builder = new ValuesBuilder(_ => null);
        builder.Add(new HelmValuesFile("x", Optional: true));

        var act = () => builder.Add(new HelmValuesFile("x"));

        act.Should().Throw<HelmException>().Which.Reason.Should().Be(Reasons.NotFound);
    }

    [Fact]
    public void ReadValues_Numbers_AreFloat64AndYaml11()
    {
        var values = YamlValues.ReadValues("a: 1000000\nb: 0644\nc: 1:30\ny: 1\nd: 2020-01-02\ne: 99999999999999999999\nf: 1_000\nn: z");

        ValuesCoalescerTests.Print(values).Should().Be("{a:1000000,b:420,c:1:30,d:2020-01-02,e:1E+20,f:1000,false:z,true:1}");
        values["a"].Should().BeOfType<double>();
    }

    [Fact]
    public void ReadValues_Infinity_IsRefusedAsJsonCannotHoldIt()
    {
        var act = () => YamlValues.ReadValues("a: .inf");

        act.Should().Throw<HelmException>().Which.Message.Should().Contain("+Inf");
    }
}
