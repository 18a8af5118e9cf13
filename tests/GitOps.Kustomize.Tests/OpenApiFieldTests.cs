using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>Schemas that a kustomization brings along, as kustomize 5.8.1 takes and refuses them.</summary>
public sealed class OpenApiFieldTests
{
    private const string Foo = "apiVersion: ex.com/v1\nkind: Foo\nmetadata: {name: foo}\n";
    private const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    private const string Deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: one, image: a}, {name: two, image: b}]}}}\n";
    private const string ImageOfTwo = "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {template: {spec: {containers: [{name: two, image: new}]}}}\n";

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("text")]
    [InlineData("{\"definitions\":")]
    [InlineData("{\"definitions\": []}")]
    [InlineData("{\"definitions\": {\"a\": \"b\"}}")]
    [InlineData("{\"definitions\": {}, \"definitions\": {}}")]
    [InlineData("{\"info\": 1}")]
    [InlineData("{\"definitions\": {\"a\": {\"properties\": {\"b\": {\"type\": 1}}}}}")]
    public void Build_SchemaIsNoSwaggerDocument_IsAnErrorOnceAKindNeedsIt(string schema)
    {
        Failure("resources: [r.yaml]\nopenapi: {path: s.json}\n", ("r.yaml", Foo), ("s.json", schema)).Should().Contain("invalid schema file").And.Contain("s.json");
        Build("resources: [r.yaml]\nopenapi: {path: s.json}\n", ("r.yaml", Map), ("s.json", schema)).Should().Contain("kind: ConfigMap");
    }

    [Theory]
    [InlineData("null")]
    [InlineData(" \n")]
    [InlineData("{}")]
    [InlineData("{\"definitions\": null}")]
    public void Build_SchemaSaysNothing_IsTaken(string schema) =>
        Build("resources: [r.yaml]\nopenapi: {path: s.json}\n", ("r.yaml", Foo), ("s.json", schema)).Should().Contain("kind: Foo");

    [Theory]
    [InlineData(Map, false)]
    [InlineData(Foo, true)]
    public void Build_BaseWithASchemaAfterAnother_BuiltInKindsStayOnlyIfOneWasLookedUp(string earlier, bool merges)
    {
        var built = Build(
            "resources: [a, b]\n" + ImageOfTwo,
            ("a/kustomization.yaml", "resources: [r.yaml]\n"), ("a/r.yaml", earlier),
            ("b/kustomization.yaml", "resources: [r.yaml]\nopenapi: {path: s.json}\n"), ("b/r.yaml", Deployment), ("b/s.json", "{}"));

        built.Contains("name: one", StringComparison.Ordinal).Should().Be(merges);
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("{\"a\": \"b\"}", false)]
    public void Crds_DefinitionsThatAreNoMaps_AreRefused(string crds, bool taken)
    {
        var build = () => Build("resources: [r.yaml]\ncrds: [c.json]\n", ("r.yaml", Foo), ("c.json", crds));

        if (taken)
        {
            build.Should().NotThrow();
        }
        else
        {
            build.Should().Throw<GitOpsException>().WithMessage("*c.json*not a map of definitions*");
        }
    }
}
