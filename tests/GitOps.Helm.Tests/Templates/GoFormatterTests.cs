using System.Globalization;
using CsCheck;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Tests.Templates;

public sealed class GoFormatterTests
{
    [Theory]
    [InlineData("%v", 1e6, "1e+06")]
    [InlineData("%v", 123456789.0, "1.23456789e+08")]
    [InlineData("%v", 100000.0, "100000")]
    [InlineData("%.2f", 2.675, "2.67")]
    [InlineData("%.2f", 0.125, "0.12")]
    [InlineData("%e", 1234.5678, "1.234568e+03")]
    [InlineData("%g", 1e-7, "1e-07")]
    [InlineData("%8.3f|", 3.14159, "   3.142|")]
    [InlineData("%-8.1f|", 3.14159, "3.1     |")]
    [InlineData("%+d", 5L, "+5")]
    [InlineData("%x", 255L, "ff")]
    [InlineData("%#x", 255L, "0xff")]
    [InlineData("%o", 8L, "10")]
    [InlineData("%b", 5L, "101")]
    [InlineData("%c", 97L, "a")]
    [InlineData("%U", 0x1F600L, "U+1F600")]
    [InlineData("%t", true, "true")]
    [InlineData("%s", true, "%!s(bool=true)")]
    [InlineData("%d", 1.5, "%!d(float64=1.5)")]
    [InlineData("%5s|", "é", "    é|")]
    [InlineData("%.2s", "héllo", "hé")]
    [InlineData("%q", "a\"b\n", "\"a\\\"b\\n\"")]
    [InlineData("%+q", "é", "\"\\u00e9\"")]
    [InlineData("% x", "abc", "61 62 63")]
    [InlineData("%!", "a", "%!!(string=a)")]
    [InlineData("%", "a", "%!(NOVERB)%!(EXTRA string=a)")]
    [InlineData("x", "a", "x%!(EXTRA string=a)")]
    [InlineData("%d %d", 1L, "1 %!d(MISSING)")]
    [InlineData("%[2]d", 1L, "%!d(BADINDEX)")]
    public void Sprintf_OneOperand_PrintsAsGo(string format, object operand, string expected) =>
        GoFormatter.Sprintf(format, operand).Should().Be(expected);

    [Fact]
    public void Sprint_Containers_PrintsSortedAsGo()
    {
        var map = TemplateRun.Map(("b", new List<object?> { 1d, null, "x" }), ("a", true));
        GoFormatter.ToText(map).Should().Be("map[a:true b:[1 <nil> x]]");
        GoFormatter.Sprintf("%#v", map).Should().Be("map[string]interface {}{\"a\":true, \"b\":[]interface {}{1, interface {}(nil), \"x\"}}");
        GoFormatter.Sprint("a", (nint)1, (nint)2, "b").Should().Be("a1 2b");
    }

    [Fact]
    public void Format_Shortest_ReadsBackTheSame() =>
        Gen.Double.Where(double.IsFinite).Sample(d =>
            double.Parse(GoFloat.Format(d, 'g'), CultureInfo.InvariantCulture).Equals(d) && double.Parse(GoFloat.Format(d, 'f'), CultureInfo.InvariantCulture).Equals(d));

    [Fact]
    public void Format_Fixed_AgreesWithDecimal() =>
        Gen.Select(Gen.Int[-1_000_000, 1_000_000], Gen.Int[0, 6]).Sample((n, digits) =>
            GoFloat.Format(n / 64d, 'f', digits) is var text
            && decimal.Parse(text, CultureInfo.InvariantCulture) == Math.Round(n / 64m, digits, MidpointRounding.ToEven));

    [Fact]
    public void Quote_AnyText_UnquotesToTheSame() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            var text = GoText.FromBytes(bytes);
            return GoText.GetBytes(text).AsSpan().SequenceEqual(bytes) && GoQuote.TryUnquote(GoQuote.Quote(text), out var back) && back == text;
        });

    [Fact]
    public void Compare_AnyTexts_OrdersByBytes() =>
        Gen.Select(Gen.String, Gen.String).Sample((a, b) =>
            Math.Sign(GoText.Compare(a, b)) == Math.Sign(GoText.GetBytes(a).AsSpan().SequenceCompareTo(GoText.GetBytes(b))) || a.Any(char.IsSurrogate) || b.Any(char.IsSurrogate));
}
