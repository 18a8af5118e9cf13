using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>What implementers of kustomize get wrong, one by one in the order of the list; each expectation is what kustomize 5.8.1 prints.</summary>
public sealed class TrapsTests
{
    private const string Foo = "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n";

    [Fact]
    public void T01_Keys_AreSortedByLetterAndDigitRun() =>
        Build("resources: [r.yaml]\n", ("r.yaml", Foo + "z: {b: 1, a10: 1, a2: 1, a02: 1, B: 1, _x: 1, '-': 1}\n"))
            .Should().EndWith("z:\n  '-': 1\n  _x: 1\n  B: 1\n  a2: 1\n  a02: 1\n  a10: 1\n  b: 1\n");

    [Fact]
    public void T02_Strings_AreFoldedEscapedAndQuoted() =>
        Build("resources: [r.yaml]\n", ("r.yaml", Foo + "s:\n  e: \"\\U0001F600\"\n  y: 'n'\n  on: 'off'\n  long: " + string.Join(' ', Enumerable.Repeat("word", 20)) + "\n"))
            .Should().EndWith("s:\n  e: \"\\U0001F600\"\n  long: " + string.Join(' ', Enumerable.Repeat("word", 15)) + "\n    word word word word word\n  \"on\": \"off\"\n  \"y\": \"n\"\n");

    [Fact]
    public void T03_DatesAndNumbers_GoThroughJson() =>
        Build("resources: [r.yaml]\n", ("r.yaml", Foo + "s: {a: 2001-02-03, b: 1.0, c: 0777, d: 1e21}\n"))
            .Should().EndWith("s:\n  a: \"2001-02-03T00:00:00Z\"\n  b: 1\n  c: 511\n  d: 1e+21\n");

    [Fact]
    public void T03_NumbersOfAJsonPatch_GoThroughAFloat() =>
        Build("resources: [r.yaml]\npatches: [{target: {kind: Foo}, path: p.yaml}]\n", ("r.yaml", Foo), ("p.yaml", "- {op: add, path: /e, value: 1234567890123456789}\n- {op: add, path: /f, value: 1.50}\n"))
            .Should().StartWith("apiVersion: v1\ne: 1234567890123456800\nf: 1.5\n");

    [Theory]
    [InlineData("")]
    [InlineData("generatorOptions: {labels: {l: m}, immutable: true}\n")]
    public void T04_NameHash_IsOfKindAndEscapedDataAlone(string options) =>
        Build("configMapGenerator: [{name: g, literals: [\"a=<&>\u2028\"]}]\n" + options).Should().EndWith("  name: g-9g6cht7g7f\n");

    [Fact]
    public void T04_NameHashOfNoData_IsOfEmptyText() => Build("configMapGenerator: [{name: e}]\n").Should().EndWith("  name: e-6ct58987ht\n");

    [Fact]
    public void T05_LongSecret_WrapsAt70Columns() =>
        Build($"secretGenerator: [{{name: g, literals: [a={new string('x', 60)}]}}]\n")
            .Should().Contain("  a: |\n    eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eH\n    h4eHh4eHh4\n").And.EndWith("  name: g-c25cbtcbbg\ntype: Opaque\n");

    [Fact]
    public void T06_KustomizationItself_IsYaml11() => Failure("n: 1\nresources: [r.yaml]\n", ("r.yaml", Foo)).Should().Contain("kustomization.yaml").And.Contain("\"false\"");

    [Fact]
    public void T06_Resources_AreNot() => Build("resources: [r.yaml]\n", ("r.yaml", Foo + "n: 1\n")).Should().EndWith("\"n\": 1\n");

    [Fact]
    public void T07_Orders_AreLegacyForTheCommandAndInputForUnits()
    {
        (string, string)[] files =
        [
            ("r.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: z}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"),
        ];
        string[] Kinds(string order) => [.. Build($"resources: [r.yaml]\n{order}", files).Split('\n').Where(l => l.StartsWith("kind: ", StringComparison.Ordinal) || l.StartsWith("  name: ", StringComparison.Ordinal)).Select(l => l.Split(' ')[^1])];

        Kinds("").Should().Equal("Namespace", "a", "ConfigMap", "b", "ConfigMap", "a", "Deployment", "a");
        Kinds("sortOptions: {order: fifo}\n").Should().Equal("Deployment", "a", "ConfigMap", "a", "ConfigMap", "b", "Namespace", "a");
    }

    [Fact]
    public void T08_NewListItems_GoFirstAndSomeDirectivesStay() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: x}]}\n"),
            ("p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: n2}, {name: n1}, {name: x, image: i}], $setElementOrder/containers: [{name: x}], strategy: {$retainKeys: [type], type: R}}\n"))
            .Should().EndWith("spec:\n  $setElementOrder/containers:\n  - name: x\n  containers:\n  - name: n2\n  - name: n1\n  - image: i\n    name: x\n  strategy:\n    $retainKeys:\n    - type\n    type: R\n");

    [Theory]
    [InlineData("{port: 80, targetPort: 8080}", "[{port: 80, protocol: TCP}, {port: 80, protocol: UDP}]", "  - port: 80\n    protocol: TCP\n  - port: 80\n    protocol: UDP\n")]
    [InlineData("{}, {port: 90}", "[{port: 80, name: http}]", "  - name: http\n    port: 80\n  - port: 90\n")]
    [InlineData("{}, {port: 90}", "[{port: 80}, {port: 81}]", "  - port: 81\n  - port: 90\n  - port: 80\n")]
    public void T08_Ports_MergeByPartOfTheirKey(string patch, string ports, string expected) =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", $"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: {ports}}}\n"),
            ("p.yaml", $"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{patch}]}}\n"))
            .Should().EndWith("  ports:\n" + expected);

    [Theory]
    [InlineData("a", true)]
    [InlineData("p-a", true)]
    [InlineData("q-p-a", false)]
    public void T09_Targets_MatchNamesUpToNow(string name, bool matches) =>
        Build(
            $"resources: [b]\nnamePrefix: q-\npatches:\n- target: {{name: {name}}}\n  patch: '[{{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}}]'\n",
            ("b/kustomization.yaml", "resources: [r.yaml]\nnamePrefix: p-\n"), ("b/r.yaml", Foo))
            .Should().Be("apiVersion: v1\nkind: Foo\nmetadata:\n  name: q-p-a\n" + (matches ? "x: 1\n" : ""));

    [Theory]
    [InlineData(", namespace: n1", "x-c")]
    [InlineData(", namespace: n2", "c")]
    [InlineData("", "c")]
    public void T10_ReferenceAcrossNamespaces_IsNotRenamed(string ns, string expected) =>
        Build(
            "resources: [r.yaml]\nnamePrefix: x-\n",
            ("r.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: n1}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{ns}}}\nspec: {{volumes: [{{name: v, configMap: {{name: c}}}}]}}\n"))
            .Should().Contain($"  - configMap:\n      name: {expected}\n");

    [Fact]
    public void T11_Namespace_TakesDefaultSubjectsAndUnknownKinds() =>
        Build(
            "resources: [r.yaml]\nnamespace: z\n",
            ("r.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nsubjects: [{kind: User, name: default}, {kind: ServiceAccount, name: other, namespace: o}, {kind: ServiceAccount, name: default, namespace: o}]\n---\napiVersion: ex.com/v1\nkind: Odd\nmetadata: {name: o}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: o}\n"))
            .Should().Contain("- kind: User\n  name: default\n  namespace: z\n- kind: ServiceAccount\n  name: other\n  namespace: o\n- kind: ServiceAccount\n  name: default\n  namespace: z\n")
            .And.Contain("kind: Odd\nmetadata:\n  name: o\n  namespace: z\n").And.Contain("kind: Node\nmetadata:\n  name: o\n");

    [Fact]
    public void T12_ImageNames_AreExpressionsAndASuffixCountsTwice() =>
        Build(
            "resources: [r.yaml]\nimages: [{name: a.b, newTag: v2}, {name: c, tagSuffix: -s}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: x, image: axb}, {name: z, image: 'c:1'}]}\n"))
            .Should().Contain("image: axb:v2\n").And.Contain("image: c:1-s-s\n");

    [Fact]
    public void T13_MergeIntoASecret_ForgetsItsType() =>
        Build(
            "resources: [b]\nsecretGenerator: [{name: g, behavior: merge, literals: [b=2]}]\n",
            ("b/kustomization.yaml", "secretGenerator: [{name: g, type: my/type, literals: [a=1], options: {immutable: true}}]\n"))
            .Should().Be("apiVersion: v1\ndata:\n  a: MQ==\n  b: Mg==\nkind: Secret\nmetadata:\n  name: g-8fb7cfch84\ntype: Opaque\n");

    [Fact]
    public void T14_Component_ChangesWhatItsParentGathered() =>
        Build("resources: [r.yaml]\ncomponents: [c]\n", ("r.yaml", Foo), ("c/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n"))
            .Should().Contain("  name: c-a\n");

    // Annotations are there for a patch to see, because the build keeps its notes in them; no other parent is made.
    [Fact]
    public void T15_AddBelowMissingAnnotations_MakesThem() =>
        Build("resources: [r.yaml]\npatches:\n- target: {kind: Foo}\n  patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/x\", \"value\": \"1\"}]'\n", ("r.yaml", Foo))
            .Should().Be("apiVersion: v1\nkind: Foo\nmetadata:\n  annotations:\n    x: \"1\"\n  name: a\n");

    [Fact]
    public void T16_EmptyAnnotationsGoAndNumbersStayNumbers() =>
        Build(
            "resources: [r.yaml]\nreplacements:\n- sourceValue: \"7\"\n  targets: [{select: {kind: Foo}, fieldPaths: [s.k, s.t]}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a, labels: {}, annotations: {}}\ns: {k: 1, t: x}\n"))
            .Should().EndWith("metadata:\n  labels: {}\n  name: a\ns:\n  k: 7\n  t: \"7\"\n");

    [Fact]
    public void T16_TextForANumber_IsAnError() =>
        Failure(
            "resources: [r.yaml]\nreplacements:\n- sourceValue: x\n  targets: [{select: {kind: Foo}, fieldPaths: [s.k]}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\ns: {k: 1}\n"))
            .Should().Contain("r.yaml").And.Contain("`x`");

    [Fact]
    public void T17_FileThatBeginsWithATab_FailsTheGenerator() =>
        Failure("configMapGenerator: [{name: g, files: [f]}]\n", ("f", "\tx\n")).Should().Contain("kustomization.yaml").And.Contain("tab");
}
