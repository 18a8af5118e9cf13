using GitOps.Yaml;
using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>Small cases of what comparing with the real tool has shown; each expectation is what kustomize 5.8.1 prints.</summary>
public sealed class OracleFindingsTests
{
    [Theory]
    [InlineData("\"1\"", "2", "\"2\"")]
    [InlineData("'x'", "true", "\"true\"")]
    [InlineData("\"x\"", "1.0", "\"1.0\"")]
    [InlineData("1", "\"2\"", "\"2\"")]
    [InlineData("1", "2", "2")]
    public void StrategicMerge_QuotedValue_KeepsItsQuotes(string old, string patch, string expected) =>
        Build(
            $"resources: [r.yaml]\npatches: [{{path: p.yaml}}]\n",
            ("r.yaml", $"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  v: {old}\n"),
            ("p.yaml", $"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  v: {patch}\n"))
            .Should().EndWith($"spec:\n  v: {expected}\n");

    [Fact]
    public void StrategicMerge_PatchRepeatsAKey_TheFirstCounts() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: x\n"),
            ("p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: first\n  k: second\n"))
            .Should().Contain("  k: first\n");

    [Fact]
    public void StrategicMerge_SchemaInACommentOfAPatchWithTarget_Merges() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml, target: {kind: Foo}}]\n",
            ("r.yaml", "apiVersion: ex.com/v1\nkind: Foo\nmetadata:\n  name: a\nitems: [b, c]\n"),
            ("p.yaml", "apiVersion: ex.com/v1\nkind: Foo\nmetadata:\n  name: a\nitems: # {\"type\":\"array\",\"x-kubernetes-patch-strategy\":\"merge\"}\n- a\n- b\n"))
            .Should().Contain("items:\n- a\n- b\n- c\n");

    [Fact]
    public void Build_ValueLeftOutBetweenBraces_IsEmptyText() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {a: , b, c: null}\nx:\n  y:\n"))
            .Should().EndWith("spec:\n  a: \"\"\n  b: \"\"\n  c: null\nx:\n  \"y\": null\n");

    [Fact]
    public void Build_TimeBetweenBraces_IsTextAsWritten() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {a: 2001-12-15 2:59:43.10, b: 2001-12-15}\n"))
            .Should().EndWith("spec:\n  a: \"2001-12-15 2:59:43.10\"\n  b: \"2001-12-15T00:00:00Z\"\n");

    [Fact]
    public void Build_NextLineCharacter_FoldsToASpace() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec:\n  a: \"x\\Ny\"\n  b: \"x \\N\\N y\"\n"))
            .Should().EndWith("spec:\n  a: x y\n  b: |-\n    x\n    y\n");

    [Fact]
    public void Build_FoldedAnnotation_IsNotFoldedTwice() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata:\n  name: a\n  annotations:\n    note: >-\n      one\n      two\n        more\n      end\n"))
            .Should().Contain("    note: |-\n      one two\n        more\n      end\n");

    [Fact]
    public void Build_MapThatMergesItself_GainsNothing() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata:\n  name: a\nspec: &m\n  b: c\n  <<: *m\n")).Should().EndWith("spec:\n  b: c\n");

    [Theory]
    [InlineData("null: x\n")]
    [InlineData("~: x\n")]
    public void Build_NullKeyAtTheRoot_IsAnError(string line) =>
        Failure("resources: [r.yaml]\n", ("r.yaml", $"apiVersion: v1\nkind: Foo\nmetadata: {{name: a}}\n{line}")).Should().Contain("r.yaml").And.Contain("null");

    [Fact]
    public void Build_ManagedByLabel_NamesTheVersionThatIsFollowed() =>
        Build("resources: [r.yaml]\nbuildMetadata: [managedByLabel]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"))
            .Should().Contain("    app.kubernetes.io/managed-by: kustomize-v5.8.1\n");

    [Fact]
    public void Replicas_QuotedValue_StaysText() =>
        Build("resources: [r.yaml]\nreplicas: [{name: a, count: 5}]\n", ("r.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: \"3\"}\n"))
            .Should().EndWith("spec:\n  replicas: \"5\"\n");

    [Fact]
    public void FieldSpec_PathPartThatIsAnIndex_CannotNameAField() =>
        Failure(
            "resources: [r.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: AnnotationsTransformer\n  metadata: {name: t}\n  annotations: {a: b}\n  fieldSpecs: [{path: metadata/0/x, create: true}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"))
            .Should().Contain("metadata/0/x").And.Contain("expected SequenceNode");

    [Fact]
    public void FieldSpec_PathPartWithSpaces_IsTrimmed() =>
        Build(
            "resources: [r.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: AnnotationsTransformer\n  metadata: {name: t}\n  annotations: {a: b}\n  fieldSpecs: [{path: \" spec /notes\", create: true}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"))
            .Should().EndWith("spec:\n  notes:\n    a: b\n");

    [Theory]
    [InlineData("[{op: remove, path: /spec}]", "must be JSON")]
    [InlineData("[{\"op\": \"copy\", \"from\": \"/spec/none\", \"path\": \"/spec/b\"}]", "nonexistent key")]
    [InlineData("[{\"op\": \"remove\", \"path\": \"/kind\"}]", "missing kind")]
    [InlineData("[{\"op\": \"replace\", \"path\": \"/kind\", \"value\": null}]", "missing kind")]
    public void JsonPatch_WhatKustomizeRefuses_IsAnErrorWithFileAndCause(string patch, string cause) =>
        Failure(
            $"resources: [r.yaml]\npatches:\n- target: {{kind: Foo}}\n  patch: '{patch}'\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {a: b}\n"))
            .Should().Contain(".yaml").And.Contain(cause);

    [Fact]
    public void JsonPatch_AnnotationsThatAreNoMap_GiveWay() =>
        Build(
            "resources: [r.yaml]\npatches:\n- target: {kind: Foo}\n  patch: '[{\"op\": \"add\", \"path\": \"/spec\", \"value\": {\"a\": \"b\"}}]'\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a, annotations: text}\n"))
            .Should().Be("apiVersion: v1\nkind: Foo\nmetadata:\n  name: a\nspec:\n  a: b\n");

    [Fact]
    public void JsonPatch_AddBelowMissingAnnotations_FindsThemMade() =>
        Build(
            "resources: [r.yaml]\npatches:\n- target: {kind: Foo}\n  patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/x\", \"value\": \"1\"}]'\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"))
            .Should().Contain("  annotations:\n    x: \"1\"\n");

    [Fact]
    public void JsonPatch_FoldedValue_IsFoldedOnce() =>
        Build(
            "resources: [r.yaml]\npatches:\n- path: p.yaml\n  target: {kind: Foo}\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"),
            ("p.yaml", "- op: add\n  path: /v\n  value: >-\n    one\n      more\n    end\n"))
            .Should().EndWith("v: |-\n  one\n    more\n  end\n");

    [Theory]
    [InlineData("resources: [\"r\\ud83d\\ude00.yaml\"]\n", "kustomization.yaml")]
    [InlineData("resources: [r.yaml]\nhelmCharts: [{name: a, bogus: 1}]\n", "unknown field \"bogus\"")]
    [InlineData("resources: [r.yaml]\nopenapi: {version: v1.2.3}\n", "kustomization.yaml")]
    public void Kustomization_WhatKustomizeRefuses_IsAnErrorThatNamesTheFile(string kustomization, string cause) =>
        Failure(kustomization, ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n")).Should().Contain("kustomization.yaml").And.Contain(cause);

    [Fact]
    public void Kustomization_FieldInTwoSpellings_TheLastInOrderCounts() =>
        Build("nameprefix: b-\nnamePrefix: a-\nresources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n")).Should().Contain("  name: b-a\n");

    [Fact]
    public void PluginConfig_NumberForAnEmbeddedText_IsAnError() =>
        Failure(
            "resources: [r.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: t}\n  prefix: 1\n  fieldSpecs: [{path: metadata/name, kind: 2}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"))
            .Should().Contain("cannot unmarshal number into field kind");

    [Fact]
    public void Build_DeprecatedFields_AreTold()
    {
        var warnings = new List<string>();
        KustomizeBuild.Run(
            Tree("commonLabels: {a: b}\nvars: []\nresources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n")),
            TreePath.Root, KustomizeOptions.Default, legacyOrder: true, TestContext.Current.CancellationToken, w => warnings.Add(w.Message));

        warnings.Should().Equal(
            "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
            "# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run 'kustomize edit fix' to update your Kustomization automatically.");
    }

    [Fact]
    public void HelmCharts_OlderField_IsReadAsTheNewOne()
    {
        var inflator = new FakeInflator();
        KustomizeBuild.Run(
            Tree("helmChartInflationGenerator:\n- chartName: web\n  releaseName: r\n  chartHome: vendor\n  values: v.yaml\n  valuesLocal: {a: 1}\n", ("v.yaml", "")),
            TreePath.Root, KustomizeOptions.Default with { ChartInflator = inflator }, legacyOrder: true, TestContext.Current.CancellationToken);

        inflator.Chart!.Keys.Should().BeEquivalentTo("name", "valuesFile", "releaseName", "valuesInline");
        inflator.Globals!.GetString("chartHome").Should().Be("vendor");
    }

    [Fact]
    public void HelmCharts_ListThatAChartRenders_IsTakenApart()
    {
        var list = (MapNode)YamlReader.ReadAll("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: t}\n")[0];
        var bytes = KustomizeBuild.Run(
            Tree("helmCharts: [{name: web}]\nnamePrefix: p-\n"), TreePath.Root, KustomizeOptions.Default with { ChartInflator = new FakeInflator(list) }, legacyOrder: true, TestContext.Current.CancellationToken);

        System.Text.Encoding.UTF8.GetString(bytes).Should().Be("apiVersion: v1\nkind: Secret\nmetadata:\n  name: p-s\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: p-t\n");
    }

    [Fact]
    public void StrategicMerge_TimeFromBraces_IsATimeInABlock() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata:\n  name: a\nspec:\n  b: c\n"),
            ("p.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {t: 2001-12-15 2:59:43.10}\n"))
            .Should().EndWith("spec:\n  b: c\n  t: \"2001-12-15T02:59:43.1Z\"\n");

    [Fact]
    public void StrategicMerge_ListOverOneInBrackets_StandsInBrackets() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", "apiVersion: ex.com/v1\nkind: Foo\nmetadata:\n  name: a\nrules: [{a: b}]\n"),
            ("p.yaml", "apiVersion: ex.com/v1\nkind: Foo\nmetadata:\n  name: a\nrules:\n- resources:\n  verbs: []\n"))
            .Should().EndWith("rules:\n- resources: \"\"\n  verbs: []\n");

    [Fact]
    public void Build_TextWithATabBetweenBraces_IsKept() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a, annotations: {note: \"\\ta\\nb\"}}\n"))
            .Should().Contain("note: \"\\ta\\nb\"");

    [Theory]
    [InlineData(1022, false)]
    [InlineData(1023, true)]
    public void Build_LongKey_IsRefusedWhereTheToolRefusesIt(int length, bool refused)
    {
        var build = () => Build("resources: [r.yaml]\nnamespace: z\n", ("r.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  ? {new string('k', length)}\n  : v\n"));

        if (refused)
        {
            build.Should().Throw<GitOpsException>().WithMessage("*r.yaml:5:*a map key has more than 1022 characters*");
        }
        else
        {
            build.Should().NotThrow();
        }
    }

    [Theory]
    [InlineData("\ufeffapiVersion: v1\nkind: Foo\nmetadata: {name: a}\n", true)]
    [InlineData("\ufeff\ufeffapiVersion: v1\nkind: Foo\nmetadata: {name: a}\n", false)]
    [InlineData("apiVersion: v1\n\ufeffkind: Foo\nmetadata: {name: a}\n", false)]
    [InlineData("apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n\ufeff", false)]
    [InlineData("apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n---\n\ufeffapiVersion: v1\nkind: Bar\nmetadata: {name: a}\n", true)]
    public void Build_ByteOrderMark_IsSkippedOnlyWhereADocumentBegins(string text, bool builds)
    {
        var build = () => Build("resources: [r.yaml]\n", ("r.yaml", text));

        if (builds)
        {
            build.Should().NotThrow();
        }
        else
        {
            build.Should().Throw<GitOpsException>().WithMessage("*r.yaml*");
        }
    }

    [Fact]
    public void Build_MergeKeyInQuotes_IsTakenOut() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nm: &m {x: z}\nz:\n  \"<<\": *m\n  b: c\n")).Should().EndWith("z:\n  b: c\n");

    [Theory]
    [InlineData("l: &l [{x: z}]\nn:\n  <<: *l\n")]
    [InlineData("l: &l\n- a: b\n  <<: *l\n")]
    [InlineData("l: &l [{x: z}]\nn: {<<: *l}\n")]
    public void Build_AliasOfAListMerged_IsAnError(string lines) =>
        Failure("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n" + lines)).Should().Contain("r.yaml").And.Contain("alias for a non-map value");

    [Fact]
    public void StrategicMerge_TextTaggedAsNull_Removes() =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {v: 1, w: 2}\n"),
            ("p.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {v: !!null x}\n"))
            .Should().EndWith("spec:\n  w: 2\n");

    [Theory]
    [InlineData("!!set {a}", "w:\n  a: null\n")]
    [InlineData("!!timestamp 2001-01-01", "w: \"2001-01-01\"\n")]
    public void JsonPatch_ValueBetweenBraces_IsWhatItIsInJson(string value, string expected) =>
        Build(
            "resources: [r.yaml]\npatches: [{path: p.yaml, target: {kind: Foo}}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"),
            ("p.yaml", $"- op: add\n  path: /w\n  value: {value}\n"))
            .Should().EndWith(expected);

    [Fact]
    public void Build_KindWithCommas_HasAnUnevenPast() =>
        Failure("resources: [r.yaml]\nnamePrefix: p-\n", ("r.yaml", "apiVersion: v1\nkind: ENC[data,iv]\nmetadata: {name: a}\n")).Should().Contain("r.yaml").And.Contain("not equal");

    [Theory]
    [InlineData("[b, c]", "  annotations:\n    b: c\n")]
    [InlineData("[b]", "is a list, not a map")]
    public void Build_AnnotationsAsList_AreKeysAndValuesInTurn(string list, string expected)
    {
        var files = ("r.yaml", $"apiVersion: v1\nkind: Foo\nmetadata: {{name: a, annotations: {list}}}\n");

        if (expected[0] == ' ')
        {
            Build("resources: [r.yaml]\n", files).Should().Contain(expected);
        }
        else
        {
            Failure("resources: [r.yaml]\n", files).Should().Contain(expected);
        }
    }

    [Theory]
    [InlineData("", "b", "name: \"1\"\n")]
    [InlineData("namePrefix: p-\n", "b", "name: 1\n")]
    [InlineData("namePrefix: p-\n", "'b'", "name: \"1\"\n")]
    public void Replacement_NumberOverANameThatABuildHasSet_IsTheNumber(string transformed, string name, string expected) =>
        Build(
            "resources: [b]\nreplacements:\n- sourceValue: '1'\n  targets: [{select: {kind: Bar}, fieldPaths: [metadata.name]}]\n",
            ("b/kustomization.yaml", $"resources: [r.yaml]\n{transformed}"), ("b/r.yaml", $"apiVersion: v1\nkind: Bar\nmetadata:\n  name: {name}\n"))
            .Should().EndWith(expected);

    [Theory]
    [InlineData("", "k: 80\n")]
    [InlineData("patches: [{path: p.yaml}]\n", "k: \"80\"\n")]
    [InlineData("vars: [{name: V, objref: {apiVersion: v1, kind: Foo, name: a}}]\nconfigurations: [c.yaml]\n", "k: \"80\"\n")]
    public void Replacement_NumberInANewField_StaysOneUntilItIsSetAgain(string later, string expected) =>
        Build(
            "resources: [b]\n" + later,
            ("b/kustomization.yaml", "resources: [r.yaml]\nreplacements: [{sourceValue: '80', targets: [{select: {kind: Foo}, fieldPaths: [spec.k], options: {create: true}}]}]\n"),
            ("b/r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n"),
            ("p.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a, labels: {l: m}}\n"),
            ("c.yaml", "varReference: [{path: spec, kind: Foo}]\n"))
            .Should().Contain("spec:\n  " + expected);

    [Fact]
    public void JsonPatch_VersionIsNullInAnObjectThatRefersToOthers_IsAnError() =>
        Failure(
            "resources: [r.yaml]\npatches: [{target: {kind: Pod}, patch: '[{\"op\": \"add\", \"path\": \"/apiVersion\", \"value\": null}]'}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"))
            .Should().Contain("r.yaml").And.Contain("apiVersion");

    [Fact]
    public void Replacement_GivesTwoObjectsOneName_IsAnError() =>
        Failure(
            "resources: [r.yaml]\nreplacements:\n- source: {kind: Foo, name: a}\n  targets: [{select: {kind: Foo, name: b}}]\n",
            ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Foo\nmetadata: {name: b}\n"))
            .Should().Contain("r.yaml").And.Contain("already registered id: Foo.v1.[noGrp]/a");

    private sealed class FakeInflator(params MapNode[] objects) : IHelmChartInflator
    {
        public MapNode? Chart { get; private set; }

        public MapNode? Globals { get; private set; }

        public IReadOnlyList<MapNode> Inflate(MapNode chart, MapNode? globals, IFileTree tree, TreePath directory, CancellationToken cancellationToken)
        {
            (Chart, Globals) = (chart, globals);
            return objects;
        }
    }
}
