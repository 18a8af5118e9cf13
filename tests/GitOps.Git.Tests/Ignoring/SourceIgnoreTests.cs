namespace GitOps.Git.Tests.Ignoring;

public sealed class SourceIgnoreTests
{
    [Theory]
    [InlineData("!vul?ano\n", "value/vulkano/tail", false, false)]
    [InlineData("value", "value/tail", false, true)]
    [InlineData("value", "head/value/tail", false, true)]
    [InlineData("value", "head/value", false, true)]
    [InlineData("value/", "value/tail", false, true)]
    [InlineData("value/", "head/value/tail", false, true)]
    [InlineData("value/", "head/value", true, true)]
    [InlineData("value/", "head/value", false, false)]
    [InlineData("value", "head/val/tail", false, false)]
    [InlineData("val", "head/value/tail", false, false)]
    [InlineData("v*o", "value/vulkano/tail", false, true)]
    [InlineData("vul?ano", "value/vulkano/tail", false, true)]
    [InlineData("v[ou]l[kc]ano", "value/volcano", false, true)]
    [InlineData("v[ou]l[", "value/vol[", false, false)]
    [InlineData("/value/vul?ano", "value/vulkano/tail", false, true)]
    [InlineData("value/vul?ano", "value/vulkano/tail", false, true)]
    [InlineData("value/vulkano", "value/volcano", false, false)]
    [InlineData("value/vul?ano", "value", false, false)]
    [InlineData("/value/volcano", "value/value/volcano", false, false)]
    [InlineData("**/*lue/vol?ano", "value/volcano/tail", false, true)]
    [InlineData("**/*lue/vol?ano", "head/value/volcano/tail", false, true)]
    [InlineData("**/*lue/vol?ano", "head/value/Volcano/tail", false, false)]
    [InlineData("**/*lue/vol?ano/", "head/value/volcano/tail", false, true)]
    [InlineData("**/*lue/vol?ano/", "head/value/volcano", true, true)]
    [InlineData("**/*lue/vol?ano/", "head/value/volcano", false, false)]
    [InlineData("/*lue/vol?ano/**", "value/volcano/tail/moretail", false, true)]
    [InlineData("/*lue/vol?ano/**", "value/volcano", false, false)]
    [InlineData("/*lue/**/vol?ano", "value/volcano", false, true)]
    [InlineData("/*lue/**/vol?ano", "value/middle1/middle2/volcano", false, true)]
    [InlineData("/*lue/**/vol?ano/", "value/middle1/middle2/volcano", false, false)]
    [InlineData("/*lue/**/vol?ano/", "value/middle1/middle2/volcano/tail", false, true)]
    [InlineData("/*lue/**foo/vol?ano", "value/foo/volcano/tail", false, true)]
    [InlineData("**/head/v[ou]l[kc]ano", "value/head/volcano", false, true)]
    [InlineData("**/head/v[ou]l[", "value/head/vol[", false, false)]
    [InlineData("**/android/**/Generated.java", "packages/tools/lib/src/android/gradle.dart", false, false)]
    [InlineData("/a*/**", "ab", false, false)]
    [InlineData("/a*/**/a*", "ab/ab", false, true)]
    [InlineData("\\!important", "!important", false, true)]
    [InlineData("\\#note", "#note", false, true)]
    [InlineData("a\\ ", "a ", false, true)]
    [InlineData("a   ", "a", false, true)]
    [InlineData("[[:digit:]]*.yaml", "1a.yaml", false, true)]
    [InlineData("[!a-c].yaml", "b.yaml", false, false)]
    [InlineData("[!a-c].yaml", "d.yaml", false, true)]
    [InlineData("[]-]x", "]x", false, true)]
    [InlineData("# a comment", "# a comment", false, false)]
    [InlineData("a.yaml\r\nb.yaml\r\n", "b.yaml", false, true)]
    [InlineData("\uFEFFa.yaml\nb.yaml\n", "a.yaml", false, true)]
    [InlineData("a.yaml\n\uFEFFb.yaml\n", "b.yaml", false, false)]
    [InlineData("*.YAML", "a.yaml", false, false)]
    public void IsIgnored_Pattern_MatchesAsGit(string rules, string path, bool isDirectory, bool expected) =>
        SourceIgnore.Create([], rules).IsIgnored(path.Split('/'), isDirectory).Should().Be(expected);

    [Theory]
    [InlineData("image.jpg", true)]
    [InlineData("deep/archive.tar.gz", true)]
    [InlineData(".github/workflows/build.yaml", true)]
    [InlineData("deep/.flux.yaml", true)]
    [InlineData("deep/.sops.yaml", true)]
    [InlineData(".gitignore", true)]
    [InlineData("deployment.yaml", false)]
    public void IsIgnored_NoRules_LeavesOutTheBuiltInList(string path, bool expected) =>
        SourceIgnore.Create([], null).IsIgnored(path.Split('/'), false).Should().Be(expected);

    [Fact]
    public void IsIgnored_OwnRules_ReplaceTheBuiltInListAndOverruleFiles()
    {
        var ignore = SourceIgnore.Create([(TreePath.Root, "*.yaml\n"), (TreePath.Parse("a"), "!keep.yaml\nlocal")], "!forced.yaml");

        ignore.IsIgnored("image.jpg".Split('/'), false).Should().BeFalse();
        ignore.IsIgnored(".gitignore".Split('/'), false).Should().BeTrue();
        ignore.IsIgnored("x.yaml".Split('/'), false).Should().BeTrue();
        ignore.IsIgnored("a/keep.yaml".Split('/'), false).Should().BeFalse();
        ignore.IsIgnored("b/keep.yaml".Split('/'), false).Should().BeTrue();
        ignore.IsIgnored("a/local".Split('/'), false).Should().BeTrue();
        ignore.IsIgnored("local".Split('/'), false).Should().BeFalse();
        ignore.IsIgnored("deep/forced.yaml".Split('/'), false).Should().BeFalse();
    }

    [Fact]
    public void FingerprintFor_RulesAbove_AreTold()
    {
        var one = SourceIgnore.Create([(TreePath.Root, "*.md"), (TreePath.Parse("a"), "x")], null);
        var other = SourceIgnore.Create([(TreePath.Root, "*.md"), (TreePath.Parse("a"), "y")], null);

        one.FingerprintFor(TreePath.Parse("b")).Should().Be(other.FingerprintFor(TreePath.Parse("b")));
        one.FingerprintFor(TreePath.Parse("a/deep")).Should().NotBe(other.FingerprintFor(TreePath.Parse("a/deep")));
        one.FingerprintFor(TreePath.Root).Should().NotBe(SourceIgnore.Create([], null).FingerprintFor(TreePath.Root));
    }
}
