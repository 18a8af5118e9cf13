namespace GitOps.Abstractions.Tests;

public sealed class RevisionTests
{
    [Theory]
    [InlineData("main@sha1:0123", "main", "sha1", "0123")]
    [InlineData("sha256:ab", "", "sha256", "ab")]
    [InlineData("refs/pull/1/head@sha1:ff", "refs/pull/1/head", "sha1", "ff")]
    [InlineData("feature@2@sha1:ff", "feature@2", "sha1", "ff")]
    public void Parse_Revision_RoundTrips(string text, string name, string algorithm, string digest)
    {
        var revision = Revision.Parse(text);

        revision.Should().Be(new Revision(name, algorithm, digest));
        revision.ToString().Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("main")]
    [InlineData("main@sha1:")]
    [InlineData("main@:ff")]
    [InlineData("@sha1:ff")]
    public void TryParse_SomethingElse_IsFalse(string text) => Revision.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void SameContent_OtherName_IsTrue() =>
        Revision.Parse("main@sha1:ff").SameContent(Revision.Parse("v1.0.0@sha1:ff")).Should().BeTrue();
}
