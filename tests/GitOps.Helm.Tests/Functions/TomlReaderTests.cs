using CsCheck;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Tests.Functions;

public sealed class TomlReaderTests
{
    private static readonly string[] Parts = ["a", ".", "=", " ", "1", "\"", "'", "[", "]", "{", "}", ",", "\n", "\\", "#", "-", "_", "e", "T", ":", "\uDC80", "\r", "é"];

    [Theory]
    [InlineData("a = 1\nb.c = [1.5, 'x', {d = true}]\n[t]\ne = \"\\u00e9\"", "map[a:1 b:map[c:[1.5 x map[d:true]]] t:map[e:é]]")]
    [InlineData("[[p]]\nn = 1\n[p.q]\nr = 2\n[[p]]\nn = 3", "map[p:[map[n:1 q:map[r:2]] map[n:3]]]")]
    [InlineData("a = \"\"\"\nx \\\n   y\"\"\"\nb = '''\n'z\\'''", "map[a:x y b:'z\\]")]
    [InlineData("a = 0xff\nb = 1_000\nc = -inf\nd = 1e3", "map[a:255 b:1000 c:-Inf d:1000]")]
    [InlineData("a = 2020-01-02\nb = 03:04:05\nc = 2020-01-02T03:04:05Z", "map[a:2020-01-02 00:00:00 +0000 date-local b:0000-01-01 03:04:05 +0000 time-local c:2020-01-02 03:04:05 +0000 UTC]")]
    public void Read_Document_GivesItsValues(string toml, string expected) => GoFormatter.ToText(TomlReader.Read(toml)).Should().Be(expected);

    [Theory]
    [InlineData("a = 1\na = 2", "toml: line 2 (last key \"a\"): Key 'a' has already been defined.")]
    [InlineData("[a]\n[a]", "toml: line 2: Key 'a' has already been defined.")]
    [InlineData("[t]\nx = {y = 1", "toml: line 2 (last key \"t.x.y\"): expected a comma or an inline table terminator '}', but got end of file instead")]
    [InlineData("a = 01", "toml: line 1 (last key \"a\"): Invalid integer \"01\": cannot have leading zeroes")]
    [InlineData("a = \"b\n\"", "toml: line 1 (last key \"a\"): strings cannot contain newlines")]
    [InlineData("a = 2020-13-01", "toml: line 1 (last key \"a\"): invalid datetime: \"2020-13-01\"")]
    [InlineData("[", "toml: line 1: unexpected end of table name (table names cannot be empty)")]
    [InlineData("a = 9223372036854775808", "toml: line 1 (last key \"a\"): 9223372036854775808 is out of range for int64")]
    public void Read_Mistake_IsToldAsHelmTellsIt(string toml, string message) =>
        FluentActions.Invoking(() => TomlReader.Read(toml)).Should().Throw<FunctionException>().WithMessage(message.Replace("*", "\\*", StringComparison.Ordinal));

    [Fact]
    public void Write_LocalTimes_AreWrittenAsTheyWereRead()
    {
        const string toml = "a = 2020-01-02\nb = 03:04:05.5\nc = 2020-01-02T03:04:05\n";
        TomlWriter.Write(TomlReader.Read(toml)).Should().Be(toml);
    }

    [Fact]
    public void Read_AnyText_EndsWithValuesOrMistake() =>
        Gen.OneOf(Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]), Gen.Char.Select(c => c.ToString())).Array[0, 30].Sample(parts =>
        {
            try
            {
                TomlReader.Read(string.Concat(parts)).Should().NotBeNull();
            }
            catch (FunctionException e)
            {
                e.Message.Should().StartWith("toml: ");
            }
        });
}
