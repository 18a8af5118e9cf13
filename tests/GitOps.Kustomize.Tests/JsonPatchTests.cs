using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>
/// JSON patches at places that are not there. The recorded tool refuses to replace or remove what is missing, as RFC 6902 has it; a build of the same
/// version with an older patch library (kubectl's) lets <c>replace</c> add a field and <c>copy</c> take a null from a missing one. The recorded one counts.
/// </summary>
public sealed class JsonPatchTests
{
    private const string Object = "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {list: [x, z], none: null}\n";

    [Theory]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/nope\", \"value\": 1", "doc is missing key: /spec/nope")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/nope/deep\", \"value\": 1", "doc is missing path: \"/spec/nope/deep\"")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/list/2\", \"value\": 1", "doc is missing key: /spec/list/2")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/list/-\", \"value\": 1", "doc is missing key: /spec/list/-")]
    [InlineData("\"op\": \"remove\", \"path\": \"/spec/nope\"", "nonexistent key: nope")]
    [InlineData("\"op\": \"remove\", \"path\": \"/spec/nope/deep\"", "doc is missing path: \"/spec/nope/deep\"")]
    [InlineData("\"op\": \"remove\", \"path\": \"/spec/list/2\"", "invalid index")]
    [InlineData("\"op\": \"remove\", \"path\": \"/spec/list/-3\"", "invalid index")]
    [InlineData("\"op\": \"add\", \"path\": \"/spec/nope/deep\", \"value\": 1", "doc is missing path: \"/spec/nope/deep\"")]
    [InlineData("\"op\": \"add\", \"path\": \"/spec/list/3\", \"value\": 1", "invalid index")]
    [InlineData("\"op\": \"copy\", \"from\": \"/spec/nope\", \"path\": \"/spec/b\"", "nonexistent key: nope")]
    [InlineData("\"op\": \"copy\", \"from\": \"/spec/list/2\", \"path\": \"/spec/b\"", "invalid index: 2")]
    [InlineData("\"op\": \"copy\", \"from\": \"/spec/list\", \"path\": \"/nope/b\"", "doc is missing path: \"/nope/b\"")]
    [InlineData("\"op\": \"move\", \"from\": \"/spec/nope\", \"path\": \"/spec/b\"", "nonexistent key: nope")]
    [InlineData("\"op\": \"move\", \"from\": \"/spec/list/2\", \"path\": \"/spec/b\"", "invalid index: 2")]
    [InlineData("\"op\": \"test\", \"path\": \"/spec/nope\", \"value\": 1", "testing value /spec/nope failed")]
    [InlineData("\"op\": \"test\", \"path\": \"/spec/nope/deep\", \"value\": null", "doc is missing path: \"/spec/nope/deep\"")]
    [InlineData("\"op\": \"test\", \"path\": \"/spec/list/2\", \"value\": null", "invalid index: 2")]
    public void JsonPatch_PlaceIsMissing_IsAnErrorWithFileAndCause(string operation, string cause) =>
        Failure(Patched(operation), ("r.yaml", Object)).Should().Contain("kustomization.yaml").And.Contain("r.yaml").And.Contain(cause);

    [Theory]
    [InlineData("\"op\": \"test\", \"path\": \"/spec/nope\", \"value\": null", "spec:\n  list:\n  - x\n  - z\n  none: null\n")]
    [InlineData("\"op\": \"test\", \"path\": \"/spec/none\", \"value\": null", "spec:\n  list:\n  - x\n  - z\n  none: null\n")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/none\", \"value\": 1", "spec:\n  list:\n  - x\n  - z\n  none: 1\n")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/list/-1\", \"value\": 1", "spec:\n  list:\n  - x\n  - 1\n  none: null\n")]
    [InlineData("\"op\": \"add\", \"path\": \"/spec/list/2\", \"value\": 1", "spec:\n  list:\n  - x\n  - z\n  - 1\n  none: null\n")]
    [InlineData("\"op\": \"add\", \"path\": \"/spec/nope\", \"value\": 1", "spec:\n  list:\n  - x\n  - z\n  none: null\n  nope: 1\n")]
    public void JsonPatch_PlaceIsThereOrMayBeMade_Applies(string operation, string expected) =>
        Build(Patched(operation), ("r.yaml", Object)).Should().EndWith(expected);

    [Theory]
    [InlineData("\"op\": \"add\", \"path\": \"/spec/nope\"", "value")]
    [InlineData("\"op\": \"replace\", \"path\": \"/spec/none\"", "value")]
    [InlineData("\"op\": \"move\", \"path\": \"/spec/nope\"", "from")]
    [InlineData("\"op\": \"remove\"", "path")]
    public void JsonPatch_OperationLacksAField_IsAnErrorEvenWithoutATarget(string operation, string field) =>
        Failure(Patched(operation).Replace("kind: Foo", "kind: Nobody", StringComparison.Ordinal), ("r.yaml", Object)).Should().Contain($"needs a '{field}'");

    [Fact]
    public void JsonPatch_WholeObjectByAScalar_LeavesItAsItIs() =>
        Build(Patched("\"op\": \"replace\", \"path\": \"\", \"value\": 1"), ("r.yaml", Object)).Should().Contain("kind: Foo").And.EndWith("none: null\n");

    private static string Patched(string operation) => $"resources: [r.yaml]\npatches:\n- target: {{kind: Foo}}\n  patch: '[{{{operation}}}]'\n";
}
