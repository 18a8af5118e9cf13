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
    public void Replacement_TextWithComments_KeepsThem(string text, string expected) =>
        Build(
            "resources: [r.yaml]\nreplacements:\n- source: {kind: Service, fieldPath: spec.port}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths: [data.f.a]\n",
            ("r.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {port: 80}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  f: |\n    " + text.TrimEnd('\n').Replace("\n", "\n    ", StringComparison.Ordinal) + "\n"))
            .Should().Contain(expected);
}
