using GitOps.Helm.Tests.Templates;

namespace GitOps.Helm.Tests.Functions;

/// <summary>Where Go and the runtime differ, templates see Go.</summary>
public sealed class GoBehaviourTests
{
    [Theory]
    [InlineData("""{{ lower "İA" }}|{{ upper "ıſ" }}|{{ title "ǆ ა" }}|{{ swapcase "ǆ" }}""", "ia|IS|ǅ ა|ǅ")]
    [InlineData("""{{ upper "a\xffb" }}""", "A\uFFFDB")]
    [InlineData("""{{ nospace "é b" }}|{{ nospace "éb" }}|{{ initials "été" }}""", "Ã©b|éb|Ã")]
    [InlineData("""{{ snakecase "aひB" }}|{{ kebabcase "İB" }}""", "aひ_b|ib")]
    [InlineData("""{{ quote "\U0001fae9" }}{{ js "\u1c8a" }}""", "\"\\U0001fae9\"\\u1C8A")]
    public void Text_OutsideAscii_IsAsInGo(string template, string expected) => TemplateRun.Render(template).Should().Be(expected);

    [Theory]
    [InlineData("a\\x7fb", "")]
    [InlineData("a\\uffff", "")]
    [InlineData("a \\u0085 b", "a b")]
    [InlineData("a\\u0085\\u0085b", "|-\n  a\n  b")]
    public void ToYaml_CharactersThatYamlReadsOtherwise_AreLostAsInHelm(string text, string expected) =>
        TemplateRun.Render("{{ toYaml \"" + text + "\" }}").Should().Be(expected);

    [Theory]
    [InlineData("a: \"\\ud83d\\udc32\"", "found invalid Unicode character escape code")]
    [InlineData("a: \"x\\/y\"", "found unknown escape character")]
    public void FromYaml_EscapesThatOnlyJsonHas_AreRefusedAsInGo(string yaml, string problem)
    {
        TemplateRun.Render("{{ . | fromYaml | toJson }}", yaml).Should().Contain(problem);
        TemplateRun.Render("{{ . | fromJson | toJson }}", "{" + yaml.Replace("a:", "\"a\":", StringComparison.Ordinal) + "}").Should().NotContain("Error");
    }

    [Theory]
    [InlineData("""{{ mustRegexMatch "^\\p{Old_Italic}" "a" }}""")]
    [InlineData("""{{ mustRegexMatch "\\p{SignWriting}" "a" }}""")]
    public void Regex_ScriptOfTwoWords_IsRefusedAsInGo(string template) =>
        FluentActions.Invoking(() => TemplateRun.Render(template)).Should().Throw<GitOps.Helm.Templates.TemplateException>().WithMessage("*invalid character class range*");

    [Theory]
    [InlineData("Greek", "λ", true)]
    [InlineData("greek", "λ", true)]
    [InlineData("Adlam", "\U0001e900", true)]
    [InlineData("Uppercase_Letter", "a", false)]
    [InlineData("lc", "a", true)]
    [InlineData("Cn", "\u0378", true)]
    [InlineData("ascii", "é", false)]
    public void Regex_NamedClass_IsFound(string name, string text, bool expected) =>
        TemplateRun.Render($$$"""{{ mustRegexMatch "^\\p{{{{name}}}}$" "{{{text}}}" }}""").Should().Be(expected ? "true" : "false");

    [Theory]
    [InlineData("tru", "invalid character ' ' in literal true (expecting 'e')")]
    [InlineData("-", "invalid character ' ' in numeric literal")]
    [InlineData("1.", "invalid character ' ' after decimal point in numeric literal")]
    [InlineData("[1", "unexpected end of JSON input")]
    [InlineData("α", "invalid character 'Î' looking for beginning of value")]
    public void FromJson_TextThatEndsEarly_SaysWhatGoSays(string json, string expected) =>
        TemplateRun.Render("{{ (fromJson `" + json + "`).Error }}").Should().Be(expected);

    [Theory]
    [InlineData("a:\n  k: 1\n  : []", "error converting YAML to JSON: yaml: line 2: did not find expected key")]
    [InlineData("a: !!null x\nb: c: d", "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context")]
    [InlineData("%YAML 1.11.2", "error converting YAML to JSON: yaml: did not find expected comment or line break")]
    [InlineData("%YAML 1.2\n--- a", "error converting YAML to JSON: yaml: found incompatible YAML document")]
    [InlineData("? {x: , k: [null]}\n: z", "error converting YAML to JSON: yaml: invalid map key: map[interface {}]interface {}{\"x\":interface {}(nil), \"k\":[]interface {}{interface {}(nil)}}")]
    [InlineData("? [x]\n: y", "error converting YAML to JSON: yaml: invalid map key: []interface {}{\"x\"}")]
    public void FromYaml_Mistake_IsToldWhereHelmTellsIt(string yaml, string expected) =>
        TemplateRun.Render("{{ (fromYaml .).Error }}", yaml).Should().Be(expected);

    [Theory]
    [InlineData("""{{ printf "%[3]*.2f" 5 1.5 }}""", "%!f(BADINDEX)")]
    [InlineData("""{{ printf "%w" (list 1) }}""", "%!w([]interface {}=[1])")]
    [InlineData("""{{ printf "%#v" (toDate "2006" "2024") }}""", "time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)")]
    [InlineData("""{{ round 1000 97 }}|{{ chunk -1 (list 1 2) }}""", "1000|[]")]
    public void Numbers_AtTheirEdges_AreAsInGo(string template, string expected) => TemplateRun.Render(template).Should().Be(expected);

    [Theory]
    [InlineData("""{{ toJson . }}|{{ toYaml . }}|{{ len . }}|{{ range . }}x{{ else }}none{{ end }}""", "null|null|0|none")]
    [InlineData("""{{ printf "%v %#v" . . }}""", "map[] map[string]interface {}(nil)")]
    [InlineData("""{{ eq . nil }}|{{ deepEqual . (dict) }}|{{ kindOf . }}""", "true|false|map")]
    [InlineData("""{{ $_ := merge . (dict "a" 1) }}{{ toJson . }}|{{ merge . (dict "a" 1) | toJson }}""", "null|{\"a\":1}")]
    [InlineData("""{{ toToml (dict "a" . "b" 1) }}|{{ deepCopy . | toJson }}|{{ keys . | toJson }}""", "b = 1\n|null|[]")]
    public void NilMap_FromJsonNull_IsNoEmptyMap(string template, string expected) =>
        TemplateRun.Render("{{ with dict \"m\" (fromJson \"null\") }}{{ template \"t\" .m }}{{ end }}{{ define \"t\" }}" + template + "{{ end }}").Should().Be(expected);

    [Fact]
    public void NilMap_Set_FailsAsInGo() =>
        FluentActions.Invoking(() => TemplateRun.Render("""{{ set (fromJson "null") "a" 1 }}""")).Should().Throw<GitOps.Helm.Templates.TemplateException>().WithMessage("*assignment to entry in nil map*");

    [Fact]
    public void GenSignedCert_NameTooLongForDns_IsIssued()
    {
        var name = new string('a', 70);
        TemplateRun.Render("{{ $ca := genCA \"ca\" 1 }}{{ (genSignedCert \"x\" nil (list \"" + name + "\") 1 $ca).Cert | trunc 27 }}").Should().Be("-----BEGIN CERTIFICATE-----");
    }
}
