using CsCheck;
using GitOps.Substitution;
using GitOps.Yaml;

namespace GitOps.Core.Tests.Substitution;

public sealed class VariableSubstitutionTests
{
    private static readonly Dictionary<string, string> s_values = new(StringComparer.Ordinal) { ["name"] = "podinfo", ["replicas"] = "3", ["empty"] = "", ["lines"] = "a\nb" };

    [Theory]
    [InlineData("${name}", "podinfo")]
    [InlineData("$name", "$name")]
    [InlineData("$${name}", "${name}")]
    [InlineData("${empty:-x}", "x")]
    [InlineData("${missing:=a${name}b}", "apodinfob")]
    [InlineData("${name:3}", "info")]
    [InlineData("${name:-4}", "podinfo")]
    [InlineData("${name: -4}", "podinfo")]
    [InlineData("${#name}", "7")]
    [InlineData("${name^}", "Podinfo")]
    [InlineData("${name//o/0}", "p0dinf0")]
    [InlineData("${name%o*}", "podinf")]
    [InlineData("${name%%o*}", "p")]
    [InlineData("${lines}", "ab")]
    public void Expand_Function_WorksAsInFlux(string text, string expected) => new VariableSubstitution(s_values).Expand(text).Should().Be(expected);

    [Theory]
    [InlineData("${")]
    [InlineData("${}")]
    [InlineData("${name")]
    [InlineData("${name;}")]
    [InlineData("${name:}")]
    public void Expand_Malformed_IsAnError(string text)
    {
        var expand = () => new VariableSubstitution(s_values).Expand(text);

        expand.Should().Throw<GitOpsException>();
    }

    [Fact]
    public void Expand_UnsetVariable_DependsOnStrictness()
    {
        var strict = () => new VariableSubstitution(s_values).Expand("${nope}");

        strict.Should().Throw<GitOpsException>().WithMessage("*nope*");
        new VariableSubstitution(s_values, strict: false).Expand("[${nope}]").Should().Be("[]");
    }

    [Fact]
    public void Apply_Object_ReadsTheValuesAgain()
    {
        var root = (MapNode)YamlReader.Read("kind: Deployment\nmetadata: {name: x}\nspec: {replicas: \"${replicas}\"}\n");
        root.GetMap("spec")!.Set("replicas", new ScalarNode(ScalarKind.String, "${replicas}"));

        var result = new VariableSubstitution(s_values).Apply(root);

        ((ScalarNode)result.GetMap("spec")!["replicas"]!).Kind.Should().Be(ScalarKind.Integer);
    }

    [Fact]
    public void Apply_DisabledObject_IsLeftAlone()
    {
        var root = (MapNode)YamlReader.Read("kind: ConfigMap\nmetadata:\n  name: x\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\ndata: {a: '${nope}'}\n");

        new VariableSubstitution(s_values).Apply(root).Should().BeSameAs(root);
    }

    [Fact]
    public void Constructor_BadName_IsRefused()
    {
        var make = () => new VariableSubstitution(new Dictionary<string, string>(StringComparer.Ordinal) { ["a-b"] = "" });

        make.Should().Throw<GitOpsException>();
    }

    [Fact]
    public void Expand_RandomText_GivesTextOrAnError() =>
        Gen.String[Pick('$', '{', '}', 'a', ':', '-', '=', '#', '%', '/', '^', ',', '*', '[', ']', '\\', '1'), 0, 40].Sample(
            text =>
            {
                try
                {
                    new VariableSubstitution(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "aXbXa" }, strict: false).Expand(text);
                }
                catch (GitOpsException)
                {
                    return true;
                }

                return true;
            },
            iter: 20_000);

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
