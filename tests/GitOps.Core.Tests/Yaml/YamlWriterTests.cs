using GitOps.Yaml;

namespace GitOps.Core.Tests.Yaml;

public sealed class YamlWriterTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("true", "\"true\"")]
    [InlineData("y", "\"y\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("2001-12-14", "\"2001-12-14\"")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("# x", "'# x'")]
    [InlineData("- x", "'- x'")]
    [InlineData("it's", "it's")]
    [InlineData("'it'", "'''it'''")]
    [InlineData(" x", "' x'")]
    [InlineData("a\tb", "\"a\\tb\"")]
    [InlineData("a\nb", "|-\n  a\n  b")]
    [InlineData("a\n", "|\n  a")]
    [InlineData("a\n\n", "|+\n  a\n")]
    [InlineData("a \nb", "\"a \\nb\"")]
    [InlineData("\n", "|2+\n")]
    [InlineData("😀", "\"\\U0001F600\"")]
    [InlineData("é", "é")]
    public void Write_String_IsQuotedAsGoYamlDoes(string value, string expected) =>
        YamlWriter.WriteValue(value).TrimEnd('\n').Should().Be(expected.TrimEnd('\n'));

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("0777", "511")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1234567.5", "1.2345675e+06")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("-0", "0")]
    [InlineData("123456789012345678901", "1.2345678901234568e+20")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    public void Write_Number_GoesThroughJson(string text, string expected) =>
        YamlWriter.Write(YamlReader.Read(text)).Should().Be(expected + "\n");

    [Fact]
    public void Write_Keys_AreInNaturalOrder()
    {
        var map = YamlReader.Read("a10: 1\na2: 1\na02: 1\nB: 1\n_: 1\n\"1\": 1\n");

        YamlWriter.Write(map).Should().Be("_: 1\n\"1\": 1\nB: 1\na2: 1\na02: 1\na10: 1\n");
    }

    [Fact]
    public void Write_LongString_FoldsNearEightyColumns()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 30));

        YamlWriter.WriteValue(new Dictionary<string, object?>(StringComparer.Ordinal) { ["k"] = words }).Should().Be(
            "k: word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word\n");
    }

    [Fact]
    public void Write_LongKey_BecomesAComplexKey() =>
        YamlWriter.WriteValue(new Dictionary<string, object?>(StringComparer.Ordinal) { [new string('k', 129)] = 1 })
            .Should().Be($"? {new string('k', 129)}\n: 1\n");

    [Fact]
    public void Write_PlainValues_WritesEachKind()
    {
        var value = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["list"] = new List<object?> { 1, 2L, 2.5, true, null, "x", new List<object?>(), new Dictionary<string, object?>(StringComparer.Ordinal) },
        };

        YamlWriter.WriteValue(value).Should().Be("list:\n- 1\n- 2\n- 2.5\n- true\n- null\n- x\n- []\n- {}\n");
        YamlWriter.WriteValue(value, YamlWriterOptions.Pretty).Should().Be("list:\n  - 1\n  - 2\n  - 2.5\n  - true\n  - null\n  - x\n  - []\n  - {}\n");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Write_NumberJsonDoesNotHave_IsRefused(double value)
    {
        var write = () => YamlWriter.WriteValue(value);

        write.Should().Throw<YamlException>();
    }
}
