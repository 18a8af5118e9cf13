using GitOps.Core.Tests.Engine;

namespace GitOps.Core.Tests.Rendering;

/// <summary>Plain YAML, from the source to the applier.</summary>
public sealed class ManifestsRendererTests
{
    [Fact]
    public async Task Reconcile_FoldersDocumentsAndLists_EveryObjectIsAppliedInTheOrderOfThePaths()
    {
        var applied = await ApplyAsync(
            ("apps/z.yml", EngineFixture.ConfigMap("z")),
            ("apps/several.yaml", $"# only a comment\n---\n{EngineFixture.ConfigMap("first")}---\n---\n{EngineFixture.ConfigMap("second")}...\n"),
            ("apps/deep/er/still.json", """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}}"""),
            ("apps/list.yaml", "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n  - apiVersion: v1\n    kind: List\n    items:\n      - {apiVersion: v1, kind: Secret, metadata: {name: nested}}\n"),
            ("apps/typed-list.yaml", "apiVersion: v1\nkind: ConfigMapList\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: typed}}\n"),
            ("apps/README.md", "not: a manifest"),
            ("other/a.yaml", EngineFixture.ConfigMap("elsewhere")));

        applied.Select(m => $"{m.Id.Kind}/{m.Id.Name}").Should().Equal(
            "ConfigMap/json", "ConfigMap/one", "Secret/nested", "ConfigMap/first", "ConfigMap/second", "ConfigMap/typed", "ConfigMap/z");
    }

    [Fact]
    public async Task Reconcile_KindThatOnlyEndsInList_IsAnObject()
    {
        var applied = await ApplyAsync(("apps/a.yaml", "apiVersion: example.com/v1\nkind: AllowList\nmetadata:\n  name: mine\nitems:\n  - a\n"));

        applied.Should().ContainSingle().Which.Id.Kind.Should().Be("AllowList");
    }

    [Fact]
    public async Task Reconcile_MistakesInSeveralFiles_AreAllToldWithFileAndLine()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit(
            "r1",
            ("apps/a.yaml", "- not an object\n"),
            ("apps/b.yaml", $"{EngineFixture.ConfigMap("b")}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  namespace: default\n"),
            ("apps/c.yaml", "a: [1\n"),
            ("apps/list.yaml", "apiVersion: v1\nkind: List\nitems:\n  - {kind: ConfigMap, metadata: {name: one}}\n"));

        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);

        var message = status.Condition(ConditionTypes.Ready)!.Message;
        message.Should().Contain("apps/a.yaml:1:1: ").And.Contain("apps/b.yaml:11:3: ").And.Contain("apps/c.yaml:").And.Contain("apps/list.yaml:4:5: ");
        fixture.Applier.Applied.Should().BeEmpty("one mistake keeps the whole set from being applied");
    }

    private static async Task<IReadOnlyList<Manifest>> ApplyAsync(params (string Path, string Text)[] files)
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", files);
        var status = await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);
        status.IsReady.Should().BeTrue(status.Condition(ConditionTypes.Ready)?.Message);
        status.ObjectCount.Should().Be(fixture.Applier.Applied["apps"].Count);
        return fixture.Applier.Applied["apps"];
    }
}
