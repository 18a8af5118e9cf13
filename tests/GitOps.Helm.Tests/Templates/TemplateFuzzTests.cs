using CsCheck;
using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Tests.Templates;

/// <summary>Whatever the text is, the engine gives output or a <see cref="TemplateException"/>, within its limits.</summary>
public sealed class TemplateFuzzTests
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{-", "-}}", " ", "\n", "text", "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil", "true", "false",
        "$", "$x", "$y", ":=", "=", ",", "|", "(", ")", ".", ".a", ".Values", ".a.b", "\"s\"", "`raw`", "\"", "`", "'c'", "1", "-2.5", "0x1F", "1i", "1_000", "{{/*", "*/}}",
        "list", "dict", "printf", "print", "include", "tpl", "upper", "index", "len", "eq", "lt", "and", "or", "not", "until", "set", "merge", "toYaml", "fromYaml",
        "toJson", "regexReplaceAll", "default", "dig", "first", "slice", "\"%d\"", "\"{{ . }}\"", "{{ end }}", "{{ if . }}", "{{ range . }}", "{{ define \"x\" }}", "\u00e9", "\ud83d\ude00", "\udc80", "\0",
    ];

    private static readonly TemplateLimits Small = new(MaxOutputChars: 100_000, MaxDepth: 100, MaxSteps: 20_000);

    [Fact]
    public void ParseAndExecute_RandomPieces_NeverCrashes() =>
        Gen.Int[0, Pieces.Length - 1].Array[0, 40].Sample(indexes => Survives(string.Concat(indexes.Select(i => Pieces[i] + (i % 3 == 0 ? " " : "")))), iter: 5_000);

    [Fact]
    public void ParseAndExecute_RandomCharacters_NeverCrashes() =>
        Gen.String.Sample(text => Survives("{{" + text + "}}") && Survives(text), iter: 2_000);

    [Fact]
    public void Execute_EveryFunctionWithRandomArguments_NeverCrashes()
    {
        string[] arguments = ["nil", "1", "-1", "0", "1.5", "\"a\"", "\"\"", "\"%zz[\"", "true", "(list)", "(list 1 \"a\" nil)", "(dict)", "(dict \"a\" (dict \"b\" 1))", ".", ".missing", "(now)", "(semver \"1.2.3\")", "(genText)"];
        arguments[^1] = "(b64dec \"/w==\")";
        var slow = new HashSet<string>(StringComparer.Ordinal)
        {
            "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "genPrivateKey", "bcrypt", "htpasswd", "derivePassword",
        };
        var names = HelmFunctions.Table.Names.Concat(BuiltinFunctions.Table.Names).Where(n => !slow.Contains(n)).Order(StringComparer.Ordinal).ToArray();
        Gen.Select(Gen.Int[0, names.Length - 1], Gen.Int[0, arguments.Length - 1].Array[0, 5]).Sample(
            (name, picked) => Survives("{{ " + names[name] + string.Concat(picked.Select(i => " " + arguments[i])) + " }}"), iter: 10_000);
    }

    [Theory]
    [InlineData(100_000, "(")]
    [InlineData(100_000, "{{ if . }}")]
    [InlineData(100_000, "{{ define \"x\" }}")]
    [InlineData(100_000, "{{ block \"x\" . }}")]
    public void Parse_DeepNesting_EndsWithError(int count, string piece)
    {
        var text = piece == "(" ? "{{ " + string.Concat(Enumerable.Repeat("(", count)) + "1" : string.Concat(Enumerable.Repeat(piece, count));
        var act = () => TemplateRun.Render(text);
        act.Should().Throw<TemplateException>();
    }

    private static bool Survives(string text)
    {
        try
        {
            _ = TemplateRun.Render(text, TemplateRun.Map(("a", TemplateRun.Map(("b", "x"))), ("Values", new List<object?> { 1d, "v", null })), Small);
        }
        catch (TemplateException)
        {
            // The one way to fail.
        }

        return true;
    }
}
