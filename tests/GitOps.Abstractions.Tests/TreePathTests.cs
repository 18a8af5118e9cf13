using CsCheck;

namespace GitOps.Abstractions.Tests;

public sealed class TreePathTests
{
    [Theory]
    [InlineData(".", "")]
    [InlineData("./a//b/", "a/b")]
    [InlineData("a/../b", "b")]
    [InlineData("a/./b/../../c", "c")]
    public void Parse_PathInside_IsNormalised(string text, string expected) => TreePath.Parse(text).Value.Should().Be(expected);

    [Theory]
    [InlineData("..")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\..\\b")]
    [InlineData("a\0b")]
    public void Parse_PathOutside_IsRefused(string text) => FluentActions.Invoking(() => TreePath.Parse(text)).Should().Throw<ArgumentException>();

    [Fact]
    public void TryCombine_AnyText_NeverLeavesTheTree() => Gen.OneOf(Gen.String, Gen.OneOf(new[] { "..", ".", "a", "b/", "/", "../", "a/..", "\\" }.Select(Gen.Const).ToArray()).Array[0, 12].Select(string.Concat))
        .Sample(text =>
        {
            if (TreePath.Parse("x/y").TryCombine(text, out var path))
            {
                path.Value.Split('/').Should().NotContain("..").And.NotContain(".");
                path.Value.Should().NotStartWith("/").And.NotEndWith("/");
            }
        });

    [Fact]
    public void IsWithin_SiblingWithTheSamePrefix_IsNotWithin()
    {
        TreePath.Parse("apps/web").IsWithin(TreePath.Parse("apps")).Should().BeTrue();
        TreePath.Parse("apps2").IsWithin(TreePath.Parse("apps")).Should().BeFalse();
        TreePath.Parse("apps").IsWithin(TreePath.Root).Should().BeTrue();
    }
}
