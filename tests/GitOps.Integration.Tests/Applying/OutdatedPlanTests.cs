using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;

namespace GitOps.Integration.Tests.Applying;

/// <summary>A plan holds for the state it was made from: whatever happened to one of its objects since, nothing of it is written.</summary>
public abstract class OutdatedPlanTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Apply_ObjectWasMadeMeanwhile_IsRefused(int objects)
    {
        await ApplyAsync(Unique, Namespace(Unique));
        Manifest[] set = [Namespace(Unique), .. Enumerable.Range(0, objects).Select(i => ConfigMap(Unique, $"new{i}"))];
        var plan = await PlanAsync(Unique, set);
        await MakeAsync("new0", "theirs");

        await RefusedAsync(plan, "made meanwhile");

        (await LiveAsync(ConfigMaps, Unique, "new0"))!.GetMap("data")!.GetString("other").Should().Be("theirs");
        (await LiveAsync(ConfigMaps, Unique, "new0"))!.GetMap("metadata")!.GetMap("labels").Should().BeNull();
        (await LiveAsync(ConfigMaps, Unique, "new1")).Should().BeNull();
        await ApplyAsync(Unique, set);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Apply_ObjectWasDeletedMeanwhile_IsRefused(bool unchanged)
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", unchanged ? "1" : "2"), ConfigMap(Unique, "b", "2"));
        await Client.DeleteAsync(ConfigMaps, Unique, "a", new(), Token);

        await RefusedAsync(plan, "deleted");

        (await LiveAsync(ConfigMaps, Unique, "b"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task Apply_ObjectWasMadeAnewMeanwhile_IsRefused()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        await Client.DeleteAsync(ConfigMaps, Unique, "b", new(), Token);
        await MakeAsync("b", "theirs");

        await RefusedAsync(plan, "made anew");

        (await LiveAsync(ConfigMaps, Unique, "b")).Should().NotBeNull("it is another object than the one that was to be deleted");
    }

    [Fact]
    public async Task Apply_UnchangedObjectWasChangedMeanwhile_IsRefusedAndAForeignFieldIsNot()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b", "2")];
        var plan = await PlanAsync(Unique, set);
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"foreign":"x"}}""");
        (await Applier.ApplyAsync(plan, null, Token)).Succeeded.Should().BeTrue("fields that are not ours do not matter where nothing is written");

        plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b", "3"));
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen"}}""");
        await RefusedAsync(plan, "changed");
        await ApplyAsync(Unique, set);
    }

    [Fact]
    public async Task Plan_ListsOfACustomKind_AreComparedByTheKindsOwnKeys()
    {
        var group = $"{Unique}.example.com";
        var definition = Json($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"routes.{{{group}}}"},
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"routes","singular":"route","kind":"Route","listKind":"RouteList"},
               "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{
                 "hosts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["host"],"items":{"type":"object","required":["host"],"properties":{"host":{"type":"string"},"to":{"type":"string"} } } },
                 "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"} } } } } } } }]} }
            """);
        Manifest Route(string hosts, string tags) =>
            Json($$$"""{"apiVersion":"{{{group}}}/v1","kind":"Route","metadata":{"name":"r","namespace":"{{{Unique}}}"},"spec":{"hosts":{{{hosts}}},"tags":{{{tags}}} } }""");
        await ApplyAsync(Unique, Namespace(Unique), definition, Route("""[{"host":"a","to":"1"},{"host":"b","to":"1"}]""", """["x","y"]"""));

        var plan = await PlanAsync(Unique, Namespace(Unique), definition, Route("""[{"host":"a","to":"1"},{"host":"b","to":"2"}]""", """["x","z"]"""));

        plan.Changes.Single(c => c.Action == ChangeAction.Configured).Fields.Should().BeEquivalentTo(
        [
            new FieldChange("spec.hosts[host=b].to", "\"1\"", "\"2\""),
            new FieldChange("spec.tags[z]", null, "\"z\""),
            new FieldChange("spec.tags[y]", "\"y\"", null),
        ]);
    }

    private async Task MakeAsync(string name, string value)
    {
        var made = Json($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"{{{Unique}}}"},"data":{"other":"{{{value}}}"} }""");
        (await Client.CreateAsync(ConfigMaps, Unique, made.Root, new() { FieldManager = "mallory" }, Token)).Error.Should().BeNull();
    }

    private async Task RefusedAsync(Plan plan, string because)
    {
        plan.CanApply.Should().BeTrue();
        var changes = await Applier.ApplyAsync(plan, null, Token);
        changes.Changes.Should().BeEmpty();
        changes.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.PlanOutdated).Which.Message.Should().Contain(because);
    }
}

[Collection(RealClusterCollection.Name)]
public sealed class OutdatedPlansOnRealServerTests(RealCluster cluster) : OutdatedPlanTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class OutdatedPlansOnMemoryServerTests(MemoryCluster cluster) : OutdatedPlanTests(cluster);
