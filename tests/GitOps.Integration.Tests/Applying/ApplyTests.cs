using GitOps.Integration.Tests.Servers;

namespace GitOps.Integration.Tests.Applying;

public abstract class ApplyTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    [Fact]
    public async Task Apply_NewSetWithItsNamespace_CreatesAllAndRecordsThem()
    {
        var changes = await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), Deployment(Unique, "web"));

        changes.Changes.Should().OnlyContain(c => c.Action == ChangeAction.Created).And.HaveCount(3);
        (await LiveAsync(Deployments, Unique, "web")).Should().NotBeNull();
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace", $"{Unique}_a__ConfigMap", $"{Unique}_web_apps_Deployment");
    }

    [Fact]
    public async Task Apply_Again_ChangesNothingAndWritesNothing()
    {
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"), ConfigMap(Unique, "c"), Deployment(Unique, "web")];
        await ApplyAsync(Unique, set);
        var before = (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("resourceVersion");

        using var cold = NewApplier();
        var plan = await cold.PlanAsync(new ApplyRequest(Unique, set), Token);

        plan.HasChanges.Should().BeFalse();
        plan.Changes.Should().OnlyContain(c => c.Action == ChangeAction.Unchanged).And.HaveCount(5);
        var requests = cold.RequestCount;
        await cold.ApplyAsync(plan, null, Token);
        (cold.RequestCount - requests).Should().Be(0, "nothing changed and the inventory says so already");
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("resourceVersion").Should().Be(before);
    }

    [Fact]
    public async Task Plan_ChangedField_ShowsItBeforeAndAfter()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "1"));

        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "2"));

        plan.Changes.Single(c => c.Action == ChangeAction.Configured).Fields.Should().Equal(new FieldChange("data.key", "\"1\"", "\"2\""));
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task Apply_ObjectLeavesTheSet_IsDeleted()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));

        var changes = await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));

        changes.Changes.Should().Contain(c => c.Action == ChangeAction.Deleted && c.Resource.Name == "b");
        (await LiveAsync(ConfigMaps, Unique, "b")).Should().BeNull();
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace", $"{Unique}_a__ConfigMap");
    }

    [Fact]
    public async Task Plan_EmptySetAfterObjects_NeedsConsent()
    {
        await ApplyAsync(Unique, Namespace(Unique));

        (await PlanAsync(Unique)).Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.EmptyNotAllowed);
    }

    [Fact]
    public async Task Plan_OneInvalidObject_RefusesTheWholeSetBeforeAnyWrite()
    {
        await ApplyAsync(Unique, Namespace(Unique));
        var bad = Json($$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"bad","namespace":"{{{Unique}}}"},"spec":{"replicas":-1,"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]} } } }""");

        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), bad);

        plan.CanApply.Should().BeFalse();
        plan.Diagnostics.Should().Contain(d => d.Reason == Reasons.ValidationFailed && d.Resource!.Value.Name == "bad");
        (await LiveAsync(ConfigMaps, Unique, "a")).Should().BeNull();
    }

    [Fact]
    public async Task Plan_InvalidObjectInANewNamespace_IsFoundBeforeAnyWrite()
    {
        var bad = Json($$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"bad","namespace":"{{{Unique}}}"},"spec":{"ports":[{"port":0}]}}""");

        var plan = await PlanAsync(Unique, Namespace(Unique), bad);

        plan.Diagnostics.Should().Contain(d => d.Reason == Reasons.ValidationFailed && d.Resource!.Value.Name == "bad");
        (await LiveAsync(Namespaces, "", Unique)).Should().BeNull();
    }

    [Fact]
    public async Task Apply_DefinitionAndInstanceInOneSet_WaitsForTheDefinition()
    {
        var (crd, widget) = Definition(Unique);

        var changes = await ApplyAsync(Unique, widget(3), crd, Namespace(Unique));

        changes.Changes.Should().OnlyContain(c => c.Action == ChangeAction.Created).And.HaveCount(3);
        var live = await LiveAsync(new($"{Unique}.example.com", "v1", "Widget", "widgets", true), Unique, "w");
        live!.GetMap("spec")!.GetString("size").Should().Be("3");
    }

    [Fact]
    public async Task Plan_InstanceAgainstTheDefinitionOfTheSet_IsRefused()
    {
        var (crd, widget) = Definition(Unique);

        var plan = await PlanAsync(Unique, widget(99), crd, Namespace(Unique));

        plan.Diagnostics.Should().ContainSingle(d => d.Severity == DiagnosticSeverity.Error).Which.Message.Should().Contain("spec.size in body should be less than or equal to 10");
    }

    [Fact]
    public async Task Apply_PlanWhoseObjectMoved_IsRefused()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "1"));
        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "2"));
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"other":"x"}}""");

        var changes = await Applier.ApplyAsync(plan, null, Token);

        changes.Succeeded.Should().BeFalse();
        changes.Diagnostics.Should().Contain(d => d.Reason == Reasons.PlanOutdated);
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task Plan_ForeignChangeToOurField_IsSeenWithManagerAndSetBack()
    {
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a", "1"), ConfigMap(Unique, "b"), ConfigMap(Unique, "c")];
        await ApplyAsync(Unique, set);
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen"}}""", "mallory");

        var plan = await PlanAsync(Unique, set);

        var change = plan.Changes.Single(c => c.Action == ChangeAction.Configured);
        change.Fields.Should().Equal(new FieldChange("data.key", "\"stolen\"", "\"1\""));
        change.Conflicts.Should().ContainSingle().Which.Manager.Should().Be("mallory");
        await Applier.ApplyAsync(plan, null, Token);
        (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task Plan_ConflictsNotForced_AreErrorsThatNameTheManager()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "1"));
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen"}}""", "mallory");

        var plan = await Applier.PlanAsync(new ApplyRequest(Unique, [Namespace(Unique), ConfigMap(Unique, "a", "1")]) { ForceConflicts = false }, Token);

        plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Conflict).Which.Message.Should().Contain("mallory");
    }

    [Fact]
    public async Task Plan_ObjectOfAnotherUnit_IsRefusedAndNamesTheOwner()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));

        var plan = await PlanAsync(Unique + "-2", ConfigMap(Unique, "a", "2"));

        plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Conflict).Which.Message.Should().Contain(Unique);
    }

    [Fact]
    public async Task Apply_ObjectMovesToAnotherUnit_IsHandedOverAndNeverDeleted()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        var uid = (await LiveAsync(ConfigMaps, Unique, "a"))!.GetMap("metadata")!.GetString("uid");
        (await PlanAsync(Unique + "-2", ConfigMap(Unique, "a", "2"))).CanApply.Should().BeFalse("the first unit still wants it");

        var released = await ApplyAsync(Unique, Namespace(Unique));
        released.Changes.Should().Contain(c => c.Resource.Name == "a" && c.Action == ChangeAction.Skipped);
        await ApplyAsync(Unique + "-2", ConfigMap(Unique, "a", "2"));
        await ApplyAsync(Unique, Namespace(Unique));

        var live = await LiveAsync(ConfigMaps, Unique, "a");
        live!.GetMap("metadata")!.GetString("uid").Should().Be(uid);
        live.GetMap("data")!.GetString("key").Should().Be("2");
        (await InventoryAsync(Unique)).Should().Equal($"_{Unique}__Namespace");
        (await InventoryAsync(Unique + "-2")).Should().Equal($"{Unique}_a__ConfigMap");
    }

    [Fact]
    public async Task Apply_ImmutableField_IsRefusedUnlessRecreationIsAllowed()
    {
        await ApplyAsync(Unique, Namespace(Unique), Deployment(Unique, "web", label: "one"));

        var refused = await PlanAsync(Unique, Namespace(Unique), Deployment(Unique, "web", label: "two"));
        refused.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.ImmutableField);

        var changes = await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique), Deployment(Unique, "web", label: "two")]) { RecreateOnImmutable = true });
        changes.Changes.Should().Contain(c => c.Action == ChangeAction.Recreated);
        (await LiveAsync(Deployments, Unique, "web"))!.GetMap("spec")!.GetMap("selector")!.GetMap("matchLabels")!.GetString("app").Should().Be("two");
    }

    [Fact]
    public async Task Plan_MerelyInvalidChange_NeverRecreates()
    {
        Manifest Service(int port) => Json($$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"{{{Unique}}}"},"spec":{"ports":[{"port":{{{port}}} }]} }""");
        await ApplyAsync(Unique, Namespace(Unique), Service(80));

        var plan = await Applier.PlanAsync(new ApplyRequest(Unique, [Namespace(Unique), Service(0)]) { RecreateOnImmutable = true }, Token);

        plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.ValidationFailed);
        (await LiveAsync(new("", "v1", "Service", "services", true), Unique, "web")).Should().NotBeNull();
    }

    [Fact]
    public async Task Apply_ObjectThatKubectlApplied_IsAdoptedAndItsDroppedFieldsGo()
    {
        await ApplyAsync(Unique, Namespace(Unique));
        var kubectl = Json($$$"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"{{{Unique}}}","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}},"data":{"key":"1","old":"x"}}
            """);
        (await Client.CreateAsync(ConfigMaps, Unique, kubectl.Root, new() { FieldManager = "kubectl-client-side-apply" }, Token)).Succeeded.Should().BeTrue();

        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "1"));
        plan.Changes.Single(c => c.Action == ChangeAction.Configured).Fields.Should().Contain(new FieldChange("data.old", "\"x\"", null));
        await Applier.ApplyAsync(plan, null, Token);

        var live = await LiveAsync(ConfigMaps, Unique, "a");
        live!.GetMap("data")!.Keys.Should().Equal("key");
        (live.GetMap("metadata")!.GetMap("annotations")?.Count ?? 0).Should().Be(0);
        (await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "1"))).HasChanges.Should().BeFalse();
    }

    [Fact]
    public async Task Apply_Policies_AreHonoured()
    {
        await ApplyAsync(Unique, Namespace(Unique),
            ConfigMap(Unique, "once", "1", """,    "annotations":{"kustomize.toolkit.fluxcd.io/ssa":"IfNotPresent"}"""),
            ConfigMap(Unique, "keep", "1", """, "annotations":{"gitops-core.io/prune":"disabled"}"""),
            ConfigMap(Unique, "live", "1"));
        await MergeAsync(ConfigMaps, Unique, "live", """{"metadata":{"annotations":{"kustomize.toolkit.fluxcd.io/reconcile":"Disabled"}}}""");

        var changes = await ApplyAsync(Unique, Namespace(Unique),
            ConfigMap(Unique, "once", "2", """,    "annotations":{"kustomize.toolkit.fluxcd.io/ssa":"IfNotPresent"}"""),
            ConfigMap(Unique, "never", "1", """, "annotations":{"kustomize.toolkit.fluxcd.io/ssa":"ignore"}"""),
            ConfigMap(Unique, "live", "2"));

        changes.Changes.Where(c => c.Action == ChangeAction.Skipped).Select(c => c.Resource.Name).Should().BeEquivalentTo("once", "never", "live", "keep");
        (await LiveAsync(ConfigMaps, Unique, "once"))!.GetMap("data")!.GetString("key").Should().Be("1");
        (await LiveAsync(ConfigMaps, Unique, "never")).Should().BeNull();
        (await LiveAsync(ConfigMaps, Unique, "keep")).Should().NotBeNull();
        (await LiveAsync(ConfigMaps, Unique, "live"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task Apply_PrunedObjectWithFinalizer_IsNamedAndStaysInTheInventory()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        await MergeAsync(ConfigMaps, Unique, "b", """{"metadata":{"finalizers":["example.com/hold"]}}""");

        var changes = await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        changes.Diagnostics.Should().ContainSingle(d => d.Severity == DiagnosticSeverity.Warning).Which.Message.Should().Contain("example.com/hold");
        (await InventoryAsync(Unique)).Should().Contain($"{Unique}_b__ConfigMap");

        await MergeAsync(ConfigMaps, Unique, "b", """{"metadata":{"finalizers":null}}""");
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        (await InventoryAsync(Unique)).Should().NotContain($"{Unique}_b__ConfigMap");
    }

    [Fact]
    public async Task Apply_PrunedObjectWithoutOurLabels_IsNotDeleted()
    {
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"), ConfigMap(Unique, "b"));
        await MergeAsync(ConfigMaps, Unique, "b", """{"metadata":{"labels":null}}""");

        var plan = await PlanAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a"));
        plan.Diagnostics.Should().ContainSingle(d => d.Severity == DiagnosticSeverity.Warning && d.Resource!.Value.Name == "b");
        await Applier.ApplyAsync(plan, null, Token);

        (await LiveAsync(ConfigMaps, Unique, "b")).Should().NotBeNull();
    }

    [Fact]
    public async Task Apply_IgnoredField_KeepsTheLiveValue()
    {
        IgnoreRule[] ignore = [new IgnoreRule(["/spec/replicas"]) { Kind = "Deployment" }];
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique), Deployment(Unique, "web", 1)]) { Ignore = ignore });
        await MergeAsync(Deployments, Unique, "web", """{"spec":{"replicas":5}}""", "autoscaler");

        var quiet = await Applier.PlanAsync(new ApplyRequest(Unique, [Namespace(Unique), Deployment(Unique, "web", 1)]) { Ignore = ignore }, Token);
        quiet.HasChanges.Should().BeFalse();
        await ApplyAsync(new ApplyRequest(Unique, [Namespace(Unique), Deployment(Unique, "web", 1, "registry.example/web:2")]) { Ignore = ignore });

        var spec = (await LiveAsync(Deployments, Unique, "web"))!.GetMap("spec")!;
        spec.GetString("replicas").Should().Be("5");
        ((MapNode)spec.GetMap("template")!.GetMap("spec")!.GetList("containers")![0]).GetString("image").Should().Be("registry.example/web:2");
    }

    [Fact]
    public async Task Plan_SecretValues_AreMasked()
    {
        Manifest Secret(string value) => Json($$$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"{{{Unique}}}"},"stringData":{"password":"{{{value}}}"}}""");
        await ApplyAsync(Unique, Namespace(Unique), Secret("first-password"));

        var plan = await PlanAsync(Unique, Namespace(Unique), Secret("second-password"));

        plan.Changes.Single(c => c.Action == ChangeAction.Configured).Fields.Should().Equal(new FieldChange("data.password", "\"*** (before)\"", "\"*** (after)\""));
        await Applier.ApplyAsync(plan, null, Token);
        (await PlanAsync(Unique, Namespace(Unique), Secret("second-password"))).HasChanges.Should().BeFalse();
    }

    [Fact]
    public async Task Delete_Unit_RemovesObjectsAndInventory()
    {
        await ApplyAsync(Unique, ConfigMap("default", Unique + "a"), ConfigMap("default", Unique + "b"));

        var changes = await Applier.DeleteAsync(Unique, Token);

        changes.Succeeded.Should().BeTrue();
        (await LiveAsync(ConfigMaps, "default", Unique + "a")).Should().BeNull();
        (await InventoryAsync(Unique)).Should().BeEmpty();
    }

    [Fact]
    public async Task Plan_ServiceAccountWithoutRights_IsForbiddenAndSaysWho()
    {
        var plan = await Applier.PlanAsync(new ApplyRequest(Unique, [ConfigMap("default", Unique)]) { ServiceAccount = "default/deployer" }, Token);

        var refused = plan.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Forbidden).Subject;
        refused.Message.Should().Contain("system:serviceaccount:default:deployer");
    }

    [Fact]
    public async Task Plan_UnknownKindOrDuplicate_IsRefused()
    {
        var plan = await PlanAsync(Unique, ConfigMap("default", "x"), ConfigMap("default", "x"), Json("""{"apiVersion":"nowhere.example/v1","kind":"Nothing","metadata":{"name":"n"}}"""));

        plan.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().HaveCount(2).And.OnlyContain(d => d.Reason == Reasons.ValidationFailed);
    }

    private protected static (Manifest Definition, Func<int, Manifest> Instance) Definition(string unique) => (
        Json($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.{{{unique}}}.example.com"},
             "spec":{"group":"{{{unique}}}.example.com","scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
               "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer","maximum":10} } } } } } }]}}
            """),
        size => Json($$$"""{"apiVersion":"{{{unique}}}.example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"{{{unique}}}"},"spec":{"size":{{{size}}} } }"""));
}

[Collection(RealClusterCollection.Name)]
public sealed class ApplyOnRealServerTests(RealCluster cluster) : ApplyTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class ApplyOnMemoryServerTests(MemoryCluster cluster) : ApplyTests(cluster);
