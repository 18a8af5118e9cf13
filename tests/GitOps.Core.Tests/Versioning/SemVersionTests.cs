using CsCheck;

namespace GitOps.Core.Tests.Versioning;

public sealed class SemVersionTests
{
    private static readonly Gen<string> Identifier = Gen.OneOf(
        Gen.Int[0, 200].Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Char["abz-"].Array[1, 4].Select(c => "r" + new string(c)));

    private static readonly Gen<SemVersion> Version = Gen.Select(
        Gen.ULong[0, 3], Gen.ULong[0, 3], Gen.ULong[0, 3], Identifier.List[0, 3],
        (a, b, c, pre) => new SemVersion(a, b, c, string.Join('.', pre)));

    [Theory]
    [InlineData("1.2.3", "1.2.3")]
    [InlineData("v1.2", "1.2.0")]
    [InlineData("1", "1.0.0")]
    [InlineData("01.02.03", "1.2.3")]
    [InlineData("1.2.3-alpha.1+build.05", "1.2.3-alpha.1+build.05")]
    [InlineData("1.2-rc", "1.2.0-rc")]
    [InlineData("1+meta", "1.0.0+meta")]
    public void Parse_Lenient_GivesCanonicalText(string text, string canonical)
    {
        var version = SemVersion.Parse(text);

        version.ToString().Should().Be(canonical);
        version.Original.Should().Be(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1.")]
    [InlineData("1.2.3.4")]
    [InlineData("V1.2.3")]
    [InlineData(" 1.2.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3-a..b")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3+a+b")]
    [InlineData("1.2.beta")]
    [InlineData("99999999999999999999.0.0")]
    public void TryParse_NoVersion_IsFalse(string text) => SemVersion.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("v1.2.3")]
    [InlineData("1.2")]
    [InlineData("01.2.3")]
    public void TryParseStrict_LenientForm_IsFalse(string text) => SemVersion.TryParseStrict(text, out _).Should().BeFalse();

    [Fact]
    public void CompareTo_SpecificationOrder_Ascends()
    {
        string[] order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "2.0.0"];

        order.Select(SemVersion.Parse).Should().BeInAscendingOrder();
    }

    [Fact]
    public void Increment_OfPrerelease_GivesRelease()
    {
        SemVersion.Parse("v1.2.3-beta").IncrementPatch().Original.Should().Be("v1.2.3");
        SemVersion.Parse("1.2.3").IncrementPatch().ToString().Should().Be("1.2.4");
        SemVersion.Parse("1.2.3-a").IncrementMinor().ToString().Should().Be("1.3.0");
        SemVersion.Parse("1.2.3+m").IncrementMajor().ToString().Should().Be("2.0.0");
    }

    [Fact]
    public void Parse_OfOwnText_GivesEqualVersion() =>
        Version.Sample(v => SemVersion.Parse(v.ToString()).Equals(v) && SemVersion.ParseStrict(v.ToString()).ToString() == v.ToString());

    [Fact]
    public void CompareTo_AnyThree_IsATotalOrder() =>
        Gen.Select(Version, Version, Version).Sample((a, b, c) =>
            Math.Sign(a.CompareTo(b)) == -Math.Sign(b.CompareTo(a))
            && (a.CompareTo(b) != 0 || a.GetHashCode() == b.GetHashCode())
            && (!(a <= b && b <= c) || a <= c));

    [Fact]
    public void TryParse_AnyText_NeverThrows() =>
        Gen.Char["0123456789.vx*-+ab |,^~<>=!"].Array[0, 24].Select(c => new string(c)).Sample(text =>
        {
            SemVersion.TryParse(text, out _);
            if (SemVerConstraint.TryParse(text, out var constraint))
            {
                constraint.Matches(new SemVersion(1, 2, 3));
            }
        });
}
