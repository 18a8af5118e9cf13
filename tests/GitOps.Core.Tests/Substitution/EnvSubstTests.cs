using GitOps.Substitution;

namespace GitOps.Core.Tests.Substitution;

/// <summary>Where Flux's substitution works on bytes; each expectation is what github.com/fluxcd/pkg/envsubst gives.</summary>
public sealed class EnvSubstTests
{
    [Theory]
    [InlineData("${v:0:2}${v:2}", "éé!")]
    [InlineData("${v:0:1}${v:1}", "éé!")]
    [InlineData("${v:1:2147483650}", "failure")]
    [InlineData("${v:0:3}", "failure")]
    [InlineData("${v:99:-1}", "")]
    [InlineData("${v:5:-1}", "failure")]
    [InlineData("${v:99:-99}", "failure")]
    [InlineData("${v:é}", "failure")]
    [InlineData("${v:x}", "éé!")]
    [InlineData("${v:4:9999999999}", "!")]
    public void Expand_Substring_CountsBytes(string text, string expected) => Expand(text).Should().Be(expected);

    [Theory]
    [InlineData("${v#?}", "failure")]
    [InlineData("${v##é}", "é!")]
    [InlineData("${v%?}", "éé")]
    [InlineData("${w%?}", "x\uFFFD")]
    [InlineData("${w%%*}", "")]
    [InlineData("${w#x}", "é")]
    [InlineData("${w##[a-z]}", "é")]
    [InlineData("${w##x[é]}", "")]
    [InlineData("${w##x[", "failure")]
    [InlineData("${w##x[}", "xé")]
    public void Expand_Trim_TakesTheFewestOrMostBytes(string text, string expected) => Expand(text).Should().Be(expected);

    [Theory]
    [InlineData("${turkish,,}", "iıß")]
    [InlineData("${turkish,}", "iıß")]
    [InlineData("${turkish^^}", "İIß")]
    [InlineData("${𝐱}", "astral")]
    public void Expand_Casing_IsThatOfUnicodesTable(string text, string expected) => Expand(text).Should().Be(expected);

    private static string Expand(string text)
    {
        var values = new Dictionary<string, string> { ["v"] = "éé!", ["w"] = "xé", ["turkish"] = "İıß", ["𝐱"] = "astral" };
        try
        {
            return EnvSubst.Expand(text, values.GetValueOrDefault, strict: true);
        }
        catch (GitOpsException)
        {
            return "failure";
        }
    }
}
