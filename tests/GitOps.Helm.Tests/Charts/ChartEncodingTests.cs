using System.Text;

namespace GitOps.Helm.Tests.Charts;

/// <summary>Byte order marks, UTF-16, bytes that are no text, and Windows line ends, in every kind of file that a chart has.</summary>
public sealed class ChartEncodingTests
{
    private const string Template = "a: {{ .Values.a | toJson }}\nkeys: {{ keys .Values | toJson }}\nf: {{ .Files.Get \"f.txt\" | toJson }}\n";

    public static TheoryData<string> MarkedFiles => ["Chart.yaml", "values.yaml", "templates/t.yaml", "f.txt", "values.schema.json", ".helmignore"];

    [Theory]
    [MemberData(nameof(MarkedFiles))]
    public void Render_ByteOrderMarkAtTheStartOfAFile_IsDropped(string file)
    {
        var text = Render((file, Encoding.UTF8.GetBytes("\uFEFF" + Text(file))));

        text.Should().Be("a: 1\nkeys: [\"a\"]\nf: \"x\"\n");
    }

    [Theory]
    [MemberData(nameof(MarkedFiles))]
    public void Render_WindowsLineEnds_AreKeptInTextAndMeanNothingInYaml(string file)
    {
        var text = Render((file, Encoding.UTF8.GetBytes(Text(file).Replace("\n", "\r\n", StringComparison.Ordinal))));

        text.Replace("\r\n", "\n", StringComparison.Ordinal).Should().Be("a: 1\nkeys: [\"a\"]\nf: \"x\"\n");
        text.Contains('\r', StringComparison.Ordinal).Should().Be(file == "templates/t.yaml");
    }

    [Fact]
    public void Render_ByteOrderMarkInsideValues_IsPartOfTheKey() =>
        Render(("values.yaml", Encoding.UTF8.GetBytes("a: 1\n\uFEFFb: 2\n"))).Should().Contain("keys: [\"a\",\"\uFEFFb\"]");

    [Fact]
    public void Render_ByteOrderMarkAfterTheLastLineOfValues_IsRefused() =>
        Refusal(("values.yaml", Encoding.UTF8.GetBytes("a: 1\n\uFEFF"))).Should().Contain("cannot load values.yaml").And.Contain("could not find expected ':'");

    [Theory]
    [InlineData("Chart.yaml", false)]
    [InlineData("Chart.yaml", true)]
    [InlineData("values.yaml", true)]
    public void Render_Utf16WithItsMark_IsRead(string file, bool bigEndian) =>
        Render((file, Utf16(Text(file), bigEndian))).Should().StartWith("a: 1\n");

    [Fact]
    public void Render_LittleEndianValuesWithALineEnd_AreRefusedAsInHelm() =>
        Refusal(("values.yaml", Utf16("a: 1\n", bigEndian: false))).Should().Contain("cannot load values.yaml").And.Contain("incomplete UTF-16 character");

    [Theory]
    [InlineData("Chart.yaml", "cannot load Chart.yaml: error converting YAML to JSON: yaml: invalid trailing UTF-8 octet")]
    [InlineData("values.yaml", "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: invalid trailing UTF-8 octet")]
    [InlineData("templates/t.yaml", "YAML parse error on demo/templates/t.yaml: error converting YAML to JSON: yaml: invalid trailing UTF-8 octet")]
    public void Render_BytesThatAreNoText_AreRefused(string file, string message) =>
        Refusal((file, [.. Encoding.UTF8.GetBytes(Text(file)), (byte)'#', 0xE9, (byte)'\n', (byte)'#', (byte)'\n'])).Should().Be(message);

    [Theory]
    [InlineData("a: \"\\xff\"", "invalid leading UTF-8 octet")]
    [InlineData("a: \"\\xe9\"", "incomplete UTF-8 octet sequence")]
    [InlineData("a: \"\\xc0\\x80\"", "invalid length of a UTF-8 sequence")]
    [InlineData("a: \"\\xed\\xa0\\x80\"", "invalid Unicode character")]
    public void FromYaml_BytesThatAreNoText_NameTheProblem(string text, string problem)
    {
        var literal = text.Replace("\"", "", StringComparison.Ordinal);

        Render(("templates/t.yaml", Encoding.UTF8.GetBytes($"e: {{{{ (fromYaml \"{literal}\").Error | quote }}}}"))).Should().Contain(problem);
    }

    private static string Text(string file) => file switch
    {
        "Chart.yaml" => ChartBuilder.ChartYaml,
        "values.yaml" => "a: 1\n",
        "templates/t.yaml" => Template,
        "f.txt" => "x",
        "values.schema.json" => "{\n\"type\": \"object\"\n}",
        _ => "skipped\n",
    };

    private static byte[] Utf16(string text, bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        return [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
    }

    private static string Render((string Path, byte[] Content) changed)
    {
        string[] names = ["Chart.yaml", "values.yaml", "templates/t.yaml", "f.txt", "values.schema.json", ".helmignore", "skipped"];
        var files = names.Select(n => KeyValuePair.Create(n, (ReadOnlyMemory<byte>)(n == changed.Path ? changed.Content : Encoding.UTF8.GetBytes(Text(n)))));
        var release = ChartBuilder.RenderRelease(HelmChart.LoadDirectory(new MemoryFileTree(files), TreePath.Root));
        return release.Manifests.Should().ContainSingle().Which.Text;
    }

    private static string Refusal((string Path, byte[] Content) changed) =>
        FluentActions.Invoking(() => Render(changed)).Should().Throw<HelmException>().Which.Message;
}
