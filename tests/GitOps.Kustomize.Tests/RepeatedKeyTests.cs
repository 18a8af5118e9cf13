using static GitOps.Kustomize.Tests.SmallBuild;

namespace GitOps.Kustomize.Tests;

/// <summary>Keys that a map has twice: kustomize refuses those that are left when it prints.</summary>
public sealed class RepeatedKeyTests
{
    private const string Head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    private const string Repeated = Head + "data:\n  b: c\n  k: first\n  k: second\n";

    [Theory]
    [InlineData("data: {x: \"1\"}", "already defined")]
    [InlineData("data: {k: new}", "already defined")]
    [InlineData("data: {k: null}", "data:\n  b: c\n  k: second\n")]
    [InlineData("data: null", "kind: ConfigMap\nmetadata:\n  name: a\n")]
    [InlineData("data: {$patch: replace, x: \"1\"}", "data:\n  x: \"1\"\n")]
    public void StrategicMerge_ObjectRepeatsAKey_ThePatchMayTakeItOut(string patch, string expected)
    {
        (string, string)[] files = [("r.yaml", Repeated), ("p.yaml", Head + patch + "\n")];
        const string Kustomization = "resources: [r.yaml]\npatches: [{path: p.yaml}]\n";

        if (expected == "already defined")
        {
            Failure(Kustomization, files).Should().Contain("r.yaml:7:3").And.Contain("\"k\" already defined at line 6");
        }
        else
        {
            Build(Kustomization, files).Should().Contain(expected);
        }
    }

    [Fact]
    public void StrategicMerge_ObjectThatRepeatsAKeyIsDeleted_NothingIsLeft() =>
        Build("resources: [r.yaml]\npatches: [{path: p.yaml}]\n", ("r.yaml", Repeated), ("p.yaml", Head + "$patch: delete\n")).Should().BeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("namePrefix: p-\n")]
    [InlineData("patches: [{target: {kind: ConfigMap}, patch: '[{\"op\": \"remove\", \"path\": \"/data\"}]'}]\n")]
    public void Build_ObjectRepeatsAKey_IsAnErrorWithItsPlace(string more) =>
        Failure("resources: [r.yaml]\n" + more, ("r.yaml", Repeated)).Should().Contain("r.yaml").And.Contain("\"k\" already defined");

    [Fact]
    public void StrategicMerge_NewMapOfThePatchRepeatsAKey_IsAnError() =>
        Failure("resources: [r.yaml]\npatches: [{path: p.yaml}]\n", ("r.yaml", Head), ("p.yaml", Head + "data:\n  k: first\n  k: second\n")).Should().Contain("\"k\" already defined");

    [Fact]
    public void Build_AnnotationsRepeatAKey_TheLastCounts() =>
        Build("resources: [r.yaml]\n", ("r.yaml", "apiVersion: v1\nkind: Foo\nmetadata:\n  name: a\n  annotations: {k: first, k: second}\n")).Should().Contain("    k: second\n");

    [Fact]
    public void StrategicMerge_FirstOfTwoIsNull_TheSecondCounts() =>
        Build("resources: [r.yaml]\npatches: [{path: p.yaml}]\n", ("r.yaml", Head + "data:\n  k:\n  k: second\n"), ("p.yaml", Head + "data: {x: \"1\"}\n"))
            .Should().Contain("data:\n  k: second\n  x: \"1\"\n");
}
