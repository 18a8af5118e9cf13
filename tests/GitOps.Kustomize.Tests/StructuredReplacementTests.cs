using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>Replacements inside YAML text that a field holds; each expectation is what kustomize 5.8.1 prints.</summary>
public sealed class StructuredReplacementTests
{
    [Theory]
    [InlineData("a: b # line\n", "f: 'a: \"80\" # line'\n")]
    [InlineData("# head\na: b # line\n# mid\nc: d\n# foot\n", "f: |-\n    # head\n    a: \"80\" # line\n    # mid\n    c: d\n    # foot\n")]
    [InlineData("# only head\n\na: b\n", "f: |-\n    # only head\n\n    a: \"80\"\n")]
    [InlineData("a: b\n\n# after blank\n\nc: d\n", "f: |-\n    a: \"80\"\n    # after blank\n    c: d\n")]
    [InlineData("a: b\nc:\n  d: e\n  # foot in map\nf: g\n", "f: |-\n    a: \"80\"\n    c:\n      d: e\n      # foot in map\n    f: g\n")]
    [InlineData("a: b\nl: # list\n- x # item\n", "f: |-\n    a: \"80\"\n    l: # list\n    - x # item\n")]
    [InlineData("a: b # x\nt: |  # lit\n  # text\n", "f: |-\n    a: \"80\" # x\n    t: | # lit\n      # text\n")]
    public void Replacement_TextWithComments_KeepsThem(string text, string expected) => Replaced("a", text).Should().Contain(expected);

    [Theory]
    [InlineData("a", "a: &x b # anchor\nc: *x\n", "a: &x \"80\" # anchor\n    c: *x\n")]
    [InlineData("c", "a: &x b\nc: *x\n", "a: &x b\n    c: 80\n")]
    [InlineData("a", "base: &b {k: v}\nover:\n  <<: *b\na: b\n", "base: &b {k: v}\n    over:\n      !!merge <<: *b\n    a: \"80\"\n")]
    [InlineData("a", "a: !!str 1 # tag\n", "f: 'a: !!str 80 # tag'\n")]
    [InlineData("a", "a: true\nb: !own {k: v}\n", "a: !!bool 80\n    b: !own {k: v}\n")]
    [InlineData("a", "a: b\nn: ~\n\"q\": yes\n1: z\n'true': w\n", "a: \"80\"\n    n: ~\n    \"q\": yes\n    1: z\n    'true': w\n")]
    [InlineData("a", "a: b\nl: >-\n  fold\n  ed\n\n  next\n   more\n  end\n", "a: \"80\"\n    l: >-\n      fold ed\n\n      next\n\n       more\n      end\n")]
    public void Replacement_TextInAnyForm_KeepsIt(string path, string text, string expected) => Replaced(path, text).Should().Contain(expected);

    [Theory]
    [InlineData("x.a", "x: {a: b, # one\n  c: [1, # two\n    2]} # three\n", "x: {a: \"80\", # one\n      c: [1, # two\n        2]} # three\n")]
    [InlineData("new", "a: b\n# end1\n# end2\n", "a: b\n    # end1\n    # end2\n\n    new: 80\n")]
    [InlineData("a.d", "a:\n  b: c\n  # foot b\n# foot a\nd: e\n", "a:\n      b: c\n      # foot b\n\n      d: 80\n    # foot a\n    d: e\n")]
    [InlineData("a", "a:\n  b: c\n  # foot b\n# foot a\nd: e\n", "a: 80\n    # foot a\n    d: e\n")]
    [InlineData("0.a", "- a: b\n  # in item\n- c: d\n# end\n", "- a: \"80\"\n      # in item\n    - c: d\n\n    # end\n")]
    public void Replacement_FieldBesideComments_TheyStayWhereTheyBelong(string path, string text, string expected) => Replaced(path, text).Should().Contain(expected);

    private static string Replaced(string path, string text) =>
        Build(
            $"resources: [r.yaml]\nreplacements:\n- source: {{kind: Service, fieldPath: spec.port}}\n  targets:\n  - select: {{kind: ConfigMap}}\n    fieldPaths: [data.f.{path}]\n    options: {{create: {(path is "new" or "a.d" ? "true" : "false")}}}\n",
            ("r.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {port: 80}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f: |\n    " + text.TrimEnd('\n').Replace("\n", "\n    ", StringComparison.Ordinal) + "\n"));
}
