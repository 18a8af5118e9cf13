using CsCheck;
using GitOps.Helm.Releases;

namespace GitOps.Helm.Tests.Releases;

public sealed class ManifestSplitterTests
{
    [Theory]
    [InlineData("a: 1", new[] { "a: 1" })]
    [InlineData("---\na: 1\n---\nb: 2\n", new[] { "a: 1", "b: 2\n" })]
    [InlineData("\n\n---\na: 1\n   \n---  \n\n b: 2", new[] { "a: 1", "b: 2" })]
    [InlineData("a: 1\n---b: 2", new[] { "a: 1", "b: 2" })]
    [InlineData("a: 1\n--- # note\nb: 2", new[] { "a: 1", "# note\nb: 2" })]
    [InlineData("a: 1\r\n---\r\nb: 2\r\n", new[] { "a: 1", "b: 2\r\n" })]
    [InlineData("a: |\n  x\n ---\n  y", new[] { "a: |\n  x\n ---\n  y" })]
    [InlineData("---\n---\n", new[] { "---\n" })]
    [InlineData("----\na", new[] { "-\na" })]
    [InlineData("", new string[0])]
    public void Split_Text_GivesHelmsDocuments(string text, string[] documents) => ManifestSplitter.Split(text).Should().Equal(documents);

    [Fact]
    public void Split_AnyText_AgreesWithTheRegularExpression() =>
        Gen.Char["-\n ab\t"].Array[0, 24].Select(c => new string(c)).Sample(text =>
        {
            var expected = System.Text.RegularExpressions.Regex.Split(text.TrimStart(), "(?:\\A|[\\t\\n\\f\\r ]*\n)---[\\t\\n\\f\\r ]*").Select(d => d.TrimStart()).Where(d => d.Length > 0);
            return ManifestSplitter.Split(text).SequenceEqual(expected);
        });
}
