using CsCheck;

namespace GitOps.Core.Tests.Versioning;

public sealed class SemVerConstraintTests
{
    private static readonly Gen<SemVersion> Release = Gen.Select(Gen.ULong[0, 3], Gen.ULong[0, 3], Gen.ULong[0, 3], (a, b, c) => new SemVersion(a, b, c));

    [Theory]
    [InlineData("*", "1.2.3")]
    [InlineData("=2.0", "2.0.1")]
    [InlineData("4.1.x", "4.1.3")]
    [InlineData("!=4.1", "5.1.0")]
    [InlineData("!=4.1-alpha", "4.1.0")]
    [InlineData("<=11", "11.2.3")]
    [InlineData("<=1.1", "1.1.1")]
    [InlineData(">11.1", "11.2.1")]
    [InlineData(">=0-0", "0.0.0-alpha")]
    [InlineData(">=1.20.0-0", "1.33.0-gke.1")]
    [InlineData("~0.0.0", "1.2.3")]
    [InlineData("~1.2.3-beta.2", "1.2.4-beta.2")]
    [InlineData("^0.2.3", "0.2.5")]
    [InlineData("^0", "0.2.3")]
    [InlineData("1.1 - 2", "1.1.1")]
    [InlineData("1.0.0 - 2.0.0, <=2.0.0", "1.5.0")]
    [InlineData(">=1.1, <2, !=1.2.3 || > 3", "4.1.2")]
    [InlineData("> 1.1 < 2", "1.2.1")]
    [InlineData("=> 1.2", "1.2.0")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta", "1.0.1-beta")]
    public void Matches_Inside_IsTrue(string constraint, string version)
    {
        SemVerConstraint.Parse(constraint).Matches(SemVersion.Parse(version)).Should().BeTrue();
        SemVerConstraint.Parse(constraint).Explain(SemVersion.Parse(version)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("=2.0.0", "1.2.3")]
    [InlineData("!=4.x", "4.1.0")]
    [InlineData("!=4.2.x", "4.2.3")]
    [InlineData("<11", "11.1.0")]
    [InlineData(">11", "11.1.0")]
    [InlineData(">11.1", "11.1.1")]
    [InlineData(">=1.1", "4.1.0-beta")]
    [InlineData(">0-0", "0.0.1-alpha")]
    [InlineData("*", "1.2.3-alpha.1")]
    [InlineData("~1.2.3", "1.3.4")]
    [InlineData("^0.0.3", "0.0.4")]
    [InlineData("^0.0", "0.1.4")]
    [InlineData("^0.0", "1.0.4")]
    [InlineData("^1.2.0-alpha.2", "1.2.0-alpha.1")]
    [InlineData("1.1-3", "4.3.2")]
    [InlineData(">= 1.0.0  <= 2.0.0-beta || > 3", "3.0.1-beta")]
    public void Matches_Outside_IsFalse(string constraint, string version)
    {
        SemVerConstraint.Parse(constraint).Matches(SemVersion.Parse(version)).Should().BeFalse();
        SemVerConstraint.Parse(constraint).Explain(SemVersion.Parse(version)).Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("foo")]
    [InlineData(">= bar")]
    [InlineData("v1.2.3-beta.01")]
    [InlineData("12.3.4.1234")]
    [InlineData("12.3.34~ 1.2.3")]
    [InlineData(">1,,<2")]
    [InlineData(">1<2")]
    [InlineData("1 |2")]
    [InlineData(">1,")]
    public void TryParse_NoConstraint_IsFalse(string text) => SemVerConstraint.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void IncludePrerelease_Set_MatchesPrereleases()
    {
        var constraint = SemVerConstraint.Parse("^1.x");

        constraint.Matches(SemVersion.Parse("1.1.1-beta1")).Should().BeFalse();
        new[] { ">=1.1", "^1.x", "*" }.Should().OnlyContain(c => WithPrereleases(c).Matches(SemVersion.Parse("1.1.1-beta1")));
    }

    [Fact]
    public void ToString_HyphenRange_ShowsComparisons() => SemVerConstraint.Parse("1.2 - 3 || 4.x").ToString().Should().Be(">=1.2 <=3 || 4.x");

    [Fact]
    public void Matches_CaretAndTilde_AgreeWithTheirBounds() => Gen.Select(Release, Release).Sample((low, v) =>
    {
        var caretTop = low.Major > 0 ? low.IncrementMajor() : low.Minor > 0 ? low.IncrementMinor() : low.IncrementPatch();
        var tilde = low.CompareTo(new SemVersion(0, 0, 0)) == 0 || (v >= low && v < low.IncrementMinor());
        return SemVerConstraint.Parse($"^{low}").Matches(v) == (v >= low && v < caretTop)
            && SemVerConstraint.Parse($"~{low}").Matches(v) == tilde
            && SemVerConstraint.Parse($"<{low} || >={low}").Matches(v)
            && !SemVerConstraint.Parse($"<{low}, >={low}").Matches(v);
    });

    private static SemVerConstraint WithPrereleases(string text) => SemVerConstraint.Parse(text).WithPrereleases();
}
