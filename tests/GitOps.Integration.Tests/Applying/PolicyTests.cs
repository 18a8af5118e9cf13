using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Inventories;

namespace GitOps.Integration.Tests.Applying;

/// <summary>What an object's own annotations and labels ask for, under our prefix and Flux's.</summary>
public abstract class PolicyTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    [Theory]
    [InlineData("gitops-core.io/ssa")]
    [InlineData("kustomize.toolkit.fluxcd.io/ssa")]
    public async Task Merge_FieldsThatKubectlApplied_StayWhereTheyWouldBeAdopted(string key)
    {
        await ApplyAsync(Unique, Namespace(Unique));
        var kubectl = Json($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"{{{Unique}}}"},"data":{"key":"1","old":"x"} }""");
        (await Client.CreateAsync(ConfigMaps, Unique, kubectl.Root, new() { FieldManager = "kubectl-client-side-apply" }, Token)).Error.Should().BeNull();

        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "2", Annotation(key, "Merge")));

        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("data")!.Select(d => $"{d.Key}={((ScalarNode)d.Value).Text}").Should().BeEquivalentTo("key=2", "old=x");
    }

    [Fact]
    public async Task IfNotPresent_IsMadeOnceAndMadeAgainWhenItIsGone()
    {
        Manifest Once(string value) => ConfigMap(Unique, "once", value, Annotation("gitops-core.io/ssa", "IfNotPresent"));
        await ApplyAsync(Unique, Namespace(Unique), Once("1"));
        await ApplyAsync(Unique, Namespace(Unique), Once("2"));
        (await ValueAsync("once")).Should().Be("1");

        await Client.DeleteAsync(ConfigMaps, Unique, "once", new(), Token);
        await ApplyAsync(Unique, Namespace(Unique), Once("3"));

        (await ValueAsync("once")).Should().Be("3");
    }

    [Theory]
    [InlineData("gitops-core.io/ssa", "Ignore")]
    [InlineData("kustomize.toolkit.fluxcd.io/ssa", "Ignore")]
    [InlineData("gitops-core.io/reconcile", "disabled")]
    [InlineData("kustomize.toolkit.fluxcd.io/reconcile", "disabled")]
    public async Task LeftAlone_ByTheManifestOrTheLiveObject_IsNeitherWrittenNorPruned(string key, string value)
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "live"), ConfigMap(Unique, "gone"));
        foreach (var name in (string[])["live", "gone"])
        {
            await MergeAsync(ConfigMaps, Unique, name, $$$"""{"metadata":{"annotations":{"{{{key}}}":"{{{value}}}"} } }""");
        }

        var changes = await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "live", "2"), ConfigMap(Unique, "never", "1", Annotation(key, value)));

        changes.Changes.Where(c => c.Action == ChangeAction.Skipped).Select(c => c.Resource.Name).Should().BeEquivalentTo("live", "never", "gone");
        (await ValueAsync("live")).Should().Be("1");
        (await ValueAsync("gone")).Should().Be("1");
        (await LiveAsync(ConfigMaps, Unique, "never")).Should().BeNull();
    }

    [Theory]
    [InlineData(""", "annotations":{"gitops-core.io/prune":"disabled"}""")]
    [InlineData(""", "annotations":{"kustomize.toolkit.fluxcd.io/prune":"Disabled"}""")]
    [InlineData(""", "labels":{"kustomize.toolkit.fluxcd.io/prune":"disabled"}""")]
    public async Task PruneDisabled_ObjectLeavesTheSet_StaysAndIsNoLongerTracked(string extra)
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "keep", "1", extra));

        var changes = await ApplyAsync(Unique, Namespace(Unique));

        changes.Changes.Single(c => c.Resource.Name == "keep").Action.Should().Be(ChangeAction.Skipped);
        (await ValueAsync("keep")).Should().Be("1");
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
    }

    [Theory]
    [InlineData("gitops-core.io/force")]
    [InlineData("kustomize.toolkit.fluxcd.io/force")]
    public async Task Force_ImmutableFieldChanges_IsMadeAnewForThatObjectOnly(string key)
    {
        Manifest Forced(string label)
        {
            var manifest = Deployment(Unique, "forced", label: label);
            manifest.Root.GetMap("metadata")!.GetOrAddMap("annotations").Set(key, "enabled");
            return manifest;
        }

        await ApplyAsync(Unique, Namespace(Unique), Forced("one"), Deployment(Unique, "plain", label: "one"));

        (await PlanAsync(Unique, Namespace(Unique), Forced("two"), Deployment(Unique, "plain", label: "two"))).Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.ImmutableField).Which.Resource!.Value.Name.Should().Be("plain");
        var changes = await ApplyAsync(Unique, Namespace(Unique), Forced("two"), Deployment(Unique, "plain", label: "one"));
        changes.Changes.Single(c => c.Resource.Name == "forced").Action.Should().Be(ChangeAction.Recreated);
    }

    [Fact]
    public async Task Force_ObjectsThatHoldDataOrOthers_AreNeverMadeAnew()
    {
        Manifest Claim(string @class) => Json($$$"""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"{{{Unique}}}"},
             "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"{{{@class}}}","resources":{"requests":{"storage":"1Gi"} } } }
            """);
        Manifest Kind(string scope) => Json($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.{{{Unique}}}.example.com"},
             "spec":{"group":"{{{Unique}}}.example.com","scope":"{{{scope}}}","names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},
               "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]} }
            """);
        await ApplyAsync(Unique, Namespace(Unique), Claim("one"), Kind("Namespaced"));

        var plan = await Applier.PlanAsync(new ApplyRequest(Unique, [Namespace(Unique), Claim("two"), Kind("Cluster")]) { RecreateOnImmutable = true }, Token);

        var refused = plan.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        refused.Select(d => d.Resource!.Value.Kind).Should().BeEquivalentTo("PersistentVolumeClaim", "CustomResourceDefinition");
        refused.Should().OnlyContain(d => d.Reason == Reasons.ImmutableField && d.Message.Contains("never deleted", StringComparison.Ordinal));
        (await LiveAsync(new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true), Unique, "data")).Should().NotBeNull();
    }

    [Fact]
    public async Task HandOver_ByAnotherProcess_NeedsNoDeletion()
    {
        var other = Unique + "-b";
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        var uid = (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("uid");

        // Three processes that know nothing of each other but what is in the cluster.
        using var first = NewApplier();
        using var second = NewApplier();
        using var third = NewApplier();
        (await second.PlanAsync(new ApplyRequest(other, [ConfigMap(Unique, "a", "2")]), Token)).CanApply.Should().BeFalse("the first unit's inventory still wants it");
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]) { Prune = false }, first);
        await ApplyAsync(new ApplyRequest(other, [ConfigMap(Unique, "a", "2")]), second);
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), third);

        var live = await LiveAsync(ConfigMaps, Unique, "a");
        live!.GetMap("metadata")!.GetString("uid").Should().Be(uid);
        live.GetMap("data")!.GetString("key").Should().Be("2");
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
        (await InventoryAsync(other)).Should().Equal($"{Unique}_a__ConfigMap");
    }

    [Fact]
    public async Task HandOver_NewOwnerKilledAfterItsInventoryWasWritten_NothingIsPruned()
    {
        var other = Unique + "-b";
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        var uid = (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("uid");
        var entry = new InventoryEntry(new ResourceId("", "ConfigMap", Unique, "a"), "v1");
        var store = new InventoryStore(Client, Options);
        (await store.SaveAsync((await store.LoadAsync(other, Token)).Inventory!, new Dictionary<ResourceId, InventoryEntry> { [entry.Id] = entry }, Token)).Error.Should().BeNull();

        using var first = NewApplier();
        var changes = await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), first);

        changes.Changes.Single(c => c.Resource.Name == "a").Action.Should().Be(ChangeAction.Skipped);
        changes.Changes.Single(c => c.Resource.Name == "b").Action.Should().Be(ChangeAction.Deleted);
        using var second = NewApplier();
        await ApplyAsync(new ApplyRequest(other, [ConfigMap(Unique, "a", "2")]), second);
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), first);
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("uid").Should().Be(uid);
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
        (await InventoryAsync(other)).Should().Equal($"{Unique}_a__ConfigMap");
    }

    [Fact]
    public async Task HandOver_NewOwnerAskedFirst_GiverDoesNotPruneWhatItWaitsFor()
    {
        var other = Unique + "-b";
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        var uid = (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("uid");
        var taking = new ApplyRequest(other, [ConfigMap(Unique, "a", "2")]) { AnnounceTakeover = true };

        // Processes of their own: nothing but the cluster tells the one what the other wants.
        using var taker = NewApplier();
        using var giver = NewApplier();
        (await taker.PlanAsync(taking with { AnnounceTakeover = false }, Token)).CanApply.Should().BeFalse("the first unit still wants it");
        (await InventoryAsync(other)).Should().BeEmpty("a plan that only shows writes nothing");
        (await taker.PlanAsync(taking, Token)).CanApply.Should().BeFalse();
        (await taker.PlanAsync(taking, Token)).CanApply.Should().BeFalse("waiting twice is waiting once");
        var given = await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), giver);
        await ApplyAsync(taking, taker);
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), giver);

        given.Changes.Single(c => c.Resource.Name == "a").Action.Should().Be(ChangeAction.Skipped);
        given.Changes.Single(c => c.Resource.Name == "b").Action.Should().Be(ChangeAction.Deleted);
        var live = (await LiveAsync(ConfigMaps, Unique, "a"))!;
        live.GetMap("metadata")!.GetString("uid").Should().Be(uid);
        live.GetMap("data")!.GetString("key").Should().Be("2");
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
        (await InventoryAsync(other)).Should().Equal($"{Unique}_a__ConfigMap");
    }

    [Fact]
    public async Task HandOver_NewOwnerGivesUpWaiting_OldOwnerKeepsTheObjectAndPrunesItLater()
    {
        var other = Unique + "-b";
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        using var taker = NewApplier();
        using var giver = NewApplier();
        (await taker.PlanAsync(new ApplyRequest(other, [ConfigMap(Unique, "a", "2"), ConfigMap(Unique, "c")]) { AnnounceTakeover = true }, Token)).CanApply.Should().BeFalse();

        var changes = await ApplyAsync(new ApplyRequest(other, [ConfigMap(Unique, "c")]), taker);
        changes.Changes.Should().NotContain(c => c.Action == ChangeAction.Deleted);
        (await InventoryAsync(other)).Should().Equal($"{Unique}_c__ConfigMap");
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("data")!.GetString("key").Should().Be("1");
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), giver);

        (await LiveAsync(ConfigMaps, Unique, "a")).Should().BeNull("nobody waits for it any more");
    }

    [Fact]
    public async Task HandOver_GiverPrunesBeforeAnybodyAsks_TheNextRunMakesItAnew()
    {
        var other = Unique + "-b";
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        using var giver = NewApplier();
        using var taker = NewApplier();

        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique)]), giver);
        await ApplyAsync(new ApplyRequest(other, [ConfigMap(Unique, "a", "2")]) { AnnounceTakeover = true }, taker);

        (await ValueAsync("a")).Should().Be("2");
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
        (await InventoryAsync(other)).Should().Equal($"{Unique}_a__ConfigMap");
    }

    private static string Annotation(string key, string value) => $$$""", "annotations":{"{{{key}}}":"{{{value}}}"}""";

    private async Task<string?> ValueAsync(string name) => (await LiveAsync(ConfigMaps, Unique, name))?.GetMap("data")?.GetString("key");
}

[Collection(RealClusterCollection.Name)]
public sealed class PoliciesOnRealServerTests(RealCluster cluster) : PolicyTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class PoliciesOnMemoryServerTests(MemoryCluster cluster) : PolicyTests(cluster);
