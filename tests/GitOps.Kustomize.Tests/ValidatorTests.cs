using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>Built-in transformers as validators: what they may touch; each expectation is what kustomize 5.8.1 does.</summary>
public sealed class ValidatorTests
{
    private const string Object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\n  labels: {b: c}\ndata:\n  a: b\n";

    [Theory]
    [InlineData("kind: LabelTransformer\nlabels: {b: c}\nfieldSpecs: [{path: metadata/labels}]\n")]
    [InlineData("kind: PrefixTransformer\nprefix: p-\nfieldSpecs: [{path: metadata/name}]\n")]
    [InlineData("kind: PatchTransformer\ntarget: {kind: ConfigMap}\npatch: '[{\"op\": \"test\", \"path\": \"/data/a\", \"value\": \"b\"}]'\n")]
    [InlineData("kind: PatchJson6902Transformer\ntarget: {version: v1, kind: ConfigMap, name: cm}\njsonOp: '[{\"op\": \"test\", \"path\": \"/data/a\", \"value\": \"b\"}]'\n")]
    [InlineData("kind: LabelTransformer\nlabels: {validated-by: me}\nfieldSpecs: [{path: metadata/labels, create: true}]\n")]
    public void Validator_WritesEvenWhatIsThere_IsRefusedByName(string validator) =>
        Failure("resources: [r.yaml]\nvalidators: [v.yaml]\n", ("r.yaml", Object), ("v.yaml", $"apiVersion: builtin\nmetadata: {{name: check}}\n{validator}"))
            .Should().Contain("kustomization.yaml").And.Contain("validator shouldn't modify").And.Contain("check").And.Contain("cm");

    [Theory]
    [InlineData("kind: PatchTransformer\ntarget: {kind: Nope}\npatch: '[{\"op\": \"remove\", \"path\": \"/data\"}]'\n")]
    [InlineData("kind: PrefixTransformer\nprefix: p-\nfieldSpecs: [{path: metadata/name, kind: Deployment}]\n")]
    [InlineData("kind: ReplacementTransformer\nreplacements: [{source: {kind: ConfigMap, fieldPath: data.a}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.a]}]}]\n")]
    public void Validator_ChangesNothing_IsTaken(string validator) =>
        Build("resources: [r.yaml]\nvalidators: [v.yaml]\n", ("r.yaml", Object), ("v.yaml", $"apiVersion: builtin\nmetadata: {{name: check}}\n{validator}"))
            .Should().Contain("name: cm\n");

    [Fact]
    public void Validator_WritesWhatATransformerWrote_IsTaken() =>
        Build(
            "resources: [r.yaml]\ntransformers: [v.yaml]\nvalidators: [v.yaml]\n",
            ("r.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n"),
            ("v.yaml", "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: check}\nlabels: {b: c}\nfieldSpecs: [{path: metadata/labels, create: true}]\n"))
            .Should().Contain("    b: c\n");

    [Fact]
    public void Validator_LeavesItsMark_ItStays() =>
        Build(
            "resources: [r.yaml]\nvalidators: [v.yaml]\n",
            ("r.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n"),
            ("v.yaml", "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: check}\nlabels: {validated-by: me}\nfieldSpecs: [{path: metadata/labels, create: true}]\n"))
            .Should().Contain("    validated-by: me\n");
}
