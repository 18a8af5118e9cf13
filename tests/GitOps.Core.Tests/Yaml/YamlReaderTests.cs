using GitOps.Yaml;

namespace GitOps.Core.Tests.Yaml;

public sealed class YamlReaderTests
{
    private static readonly YamlReaderOptions s_kustomize = new() { Schema = YamlSchema.Kustomize };

    [Theory]
    [InlineData("true", ScalarKind.Boolean)]
    [InlineData("yes", ScalarKind.Boolean)]
    [InlineData("n", ScalarKind.Boolean)]
    [InlineData("Off", ScalarKind.Boolean)]
    [InlineData("~", ScalarKind.Null)]
    [InlineData("null", ScalarKind.Null)]
    [InlineData("12", ScalarKind.Integer)]
    [InlineData("-0", ScalarKind.Integer)]
    [InlineData("0644", ScalarKind.Integer)]
    [InlineData("0x1F", ScalarKind.Integer)]
    [InlineData("0b101", ScalarKind.Integer)]
    [InlineData("0o17", ScalarKind.Integer)]
    [InlineData("1_000", ScalarKind.Integer)]
    [InlineData("18446744073709551615", ScalarKind.Integer)]
    [InlineData("18446744073709551616", ScalarKind.Float)]
    [InlineData("08", ScalarKind.Float)]
    [InlineData("1.5", ScalarKind.Float)]
    [InlineData(".5", ScalarKind.Float)]
    [InlineData("1e3", ScalarKind.Float)]
    [InlineData(".inf", ScalarKind.Float)]
    [InlineData("1:30", ScalarKind.String)]
    [InlineData("2001-12-14", ScalarKind.String)]
    [InlineData("0x", ScalarKind.String)]
    [InlineData("1.2.3", ScalarKind.String)]
    [InlineData("\"12\"", ScalarKind.String)]
    [InlineData("!!str 12", ScalarKind.String)]
    [InlineData("!!float 1", ScalarKind.Float)]
    public void Read_BareWord_MeansWhatKubernetesTakesItFor(string text, ScalarKind kind) =>
        ((ScalarNode)YamlReader.Read(text)).Kind.Should().Be(kind);

    [Theory]
    [InlineData("yes", ScalarKind.String)]
    [InlineData("y", ScalarKind.String)]
    [InlineData("True", ScalarKind.Boolean)]
    [InlineData("0777", ScalarKind.Integer)]
    [InlineData("2001-12-14", ScalarKind.Timestamp)]
    [InlineData("2001-02-30", ScalarKind.String)]
    public void Read_BareWordForKustomize_MeansWhatKustomizeTakesItFor(string text, ScalarKind kind) =>
        ((ScalarNode)YamlReader.Read(text, options: s_kustomize)).Kind.Should().Be(kind);

    [Fact]
    public void Read_Map_KeepsOrderAndPositions()
    {
        var map = (MapNode)YamlReader.Read("b: 1\na:\n  - x\n  - {k: z}\n");

        map.Keys.Should().Equal("b", "a");
        map.EntryAt(1).KeyLine.Should().Be(2);
        var list = map.GetList("a")!;
        list[1].Line.Should().Be(4);
        list[1].Column.Should().Be(5);
        ((MapNode)list[1]).GetString("k").Should().Be("z");
    }

    [Fact]
    public void Read_KeysForKubernetes_BecomeTheTextJsonHas()
    {
        var map = (MapNode)YamlReader.Read("yes: 1\n0x10: 2\n1.5: 3\n");

        map.Keys.Should().Equal("true", "16", "1.5");
        map.EntryAt(0).KeyKind.Should().Be(ScalarKind.Boolean);
    }

    [Theory]
    [InlineData("a: b\n c: d\n", 2)]
    [InlineData("a: [1, 2\n", 2)]
    [InlineData("a: 1\na: 2\n", 2)]
    [InlineData("a: *nope\n", 1)]
    [InlineData("a: \"\\q\"\n", 1)]
    [InlineData("\tb: 1\n", 1)]
    [InlineData("a: 1\n- b\n", 2)]
    [InlineData("a: |\n\tx\n", 1)]
    [InlineData("!!int abc\n", 1)]
    public void Read_BrokenText_NamesFileAndLine(string text, int line)
    {
        var read = () => YamlReader.ReadAll(text, "dir/file.yaml");

        var error = read.Should().Throw<YamlException>().Which;
        error.Location!.File.Should().Be("dir/file.yaml");
        error.Location.Line.Should().Be(line);
        error.Message.Should().StartWith($"dir/file.yaml:{line}:");
    }

    [Fact]
    public void Read_MergeKeys_LetExplicitKeysAndEarlierMapsWin()
    {
        var map = (MapNode)YamlReader.Read("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n", options: s_kustomize);

        var z = map.GetMap("z")!;
        z.GetString("a").Should().Be("3");
        z.GetString("b").Should().Be("1");
        z.GetString("c").Should().Be("2");
    }

    [Fact]
    public void Read_AliasBomb_IsStoppedByItsLimit()
    {
        var text = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat("*" + (char)('a' + i), 9))}]\n"));

        var read = () => YamlReader.ReadAll(text);

        read.Should().Throw<YamlException>().Which.Reason.Should().Be(Reasons.LimitExceeded);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Read_DeepNesting_IsStoppedByItsLimit(char open)
    {
        var read = () => YamlReader.ReadAll(new string(open, 5000));

        read.Should().Throw<YamlException>();
    }

    [Fact]
    public void Read_SelfReference_IsRefused()
    {
        var read = () => YamlReader.ReadAll("a: &a\n  b: *a\n");

        read.Should().Throw<YamlException>().WithMessage("*contains itself*");
    }

    [Fact]
    public void ReadAll_SeveralDocuments_GivesEach()
    {
        var documents = YamlReader.ReadAll("a: 1\n---\n# nothing\n---\nb: 2\n...\n---\nc\n");

        documents.Should().HaveCount(4);
        documents[1].IsNull.Should().BeTrue();
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        var read = () => YamlReader.Read((byte[])[0x61, 0x3a, 0x20, 0xff]);

        read.Should().Throw<YamlException>().WithMessage("*UTF-8*");
    }

    [Fact]
    public void Read_Json_IsRead()
    {
        var map = (MapNode)YamlReader.Read("""{"a":"\ud83d\ude00\/","b":[1,2.5,null,true],"c":{}}""");

        map.GetString("a").Should().Be("😀/");
        map.GetList("b")!.Count.Should().Be(4);
    }

    [Fact]
    public void Read_BlockScalars_FoldAndChomp()
    {
        var map = (MapNode)YamlReader.Read("a: >-\n  one\n  two\n\n  three\nb: |+\n  x\n\nc: |2\n    y\n");

        map.GetString("a").Should().Be("one two\nthree");
        map.GetString("b").Should().Be("x\n\n");
        map.GetString("c").Should().Be("  y\n");
    }
}
