using System.Threading.Channels;
using GitOps.Integration.Tests.Servers;

namespace GitOps.Integration.Tests.Applying;

public abstract class DriftTests(ITestCluster cluster) : ApplierScenarios(cluster)
{
    [Fact]
    public async Task WatchDrift_ForeignChange_NamesFieldManagerAndTime()
    {
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a", "1"), Deployment(Unique, "web")];
        await ApplyAsync(Unique, set);
        await using var drifts = Watch(new ApplyRequest(Unique, set));
        await drifts.ReadyAsync();

        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"stolen","extra":"theirs"}}""", "mallory");
        var drift = await drifts.NextAsync();

        drift.Resource.Name.Should().Be("a");
        drift.IsDeleted.Should().BeFalse();
        drift.Fields.Should().Equal(new FieldChange("data.key", "\"stolen\"", "\"1\""));
        drift.Manager.Should().Be("mallory");
        drift.Time.Should().NotBeNull();
    }

    [Fact]
    public async Task WatchDrift_DeletedObjectAndRemovedField_AreSeen()
    {
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a", "1"), ConfigMap(Unique, "b", "1")];
        await ApplyAsync(Unique, set);
        await using var drifts = Watch(new ApplyRequest(Unique, set));
        await drifts.ReadyAsync();

        await Client.DeleteAsync(ConfigMaps, Unique, "a", new(), Token);
        (await drifts.NextAsync()).Should().BeEquivalentTo(new { Resource = new ResourceId("", "ConfigMap", Unique, "a"), IsDeleted = true });
        await MergeAsync(ConfigMaps, Unique, "b", """{"data":{"key":null}}""");
        (await drifts.NextAsync()).Fields.Should().Equal(new FieldChange("data.key", null, "\"1\""));
    }

    [Fact]
    public async Task WatchDrift_OwnApplyStatusAndForeignFields_AreNoDrift()
    {
        Manifest[] set = [Namespace(Unique), ConfigMap(Unique, "a", "1"), Deployment(Unique, "web")];
        await ApplyAsync(Unique, set);
        await using var drifts = Watch(new ApplyRequest(Unique, set));
        await drifts.ReadyAsync();

        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"extra":"theirs"},"metadata":{"labels":{"theirs":"x"}}}""");
        await MergeAsync(Deployments, Unique, "web", """{"metadata":{"annotations":{"deployment.kubernetes.io/revision":"1"}}}""");
        await ApplyAsync(Unique, Namespace(Unique), ConfigMap(Unique, "a", "2"), Deployment(Unique, "web", image: "registry.example/web:2"));
        await MergeAsync(ConfigMaps, Unique, "a", """{"data":{"key":"last"}}""", "mallory");

        var drift = await drifts.NextAsync();
        drift.Fields.Should().Equal([new FieldChange("data.key", "\"last\"", "\"2\"")], "only the last write touched a field of ours, and it differs from what was applied last");
    }

    [Fact]
    public async Task Plan_WhileTheWatchRuns_NeedsNoRequest()
    {
        Manifest[] set = [Namespace(Unique), .. Enumerable.Range(0, 20).Select(i => ConfigMap(Unique, $"c{i}")), Deployment(Unique, "web")];
        await ApplyAsync(Unique, set);
        await using var drifts = Watch(new ApplyRequest(Unique, set));
        await drifts.ReadyAsync();

        var before = Applier.RequestCount;
        var plan = await PlanAsync(Unique, set);
        await Applier.ApplyAsync(plan, null, Token);

        plan.HasChanges.Should().BeFalse();
        plan.Changes.Should().HaveCount(22);
        (Applier.RequestCount - before).Should().Be(0);
    }

    [Fact]
    public async Task Drift_SetBackByPlanAndApply_TakesFewRequests()
    {
        Manifest[] set = [Namespace(Unique), .. Enumerable.Range(0, 20).Select(i => ConfigMap(Unique, $"c{i}"))];
        await ApplyAsync(Unique, set);
        await using var drifts = Watch(new ApplyRequest(Unique, set));
        await drifts.ReadyAsync();
        await MergeAsync(ConfigMaps, Unique, "c7", """{"data":{"key":"stolen"}}""");
        await drifts.NextAsync();

        var before = Applier.RequestCount;
        var changes = await ApplyAsync(Unique, set);

        changes.Changes.Where(c => c.Action != ChangeAction.Unchanged).Select(c => c.Resource.Name).Should().Equal("c7");
        (Applier.RequestCount - before).Should().BeLessThanOrEqualTo(5);
        (await LiveAsync(ConfigMaps, Unique, "c7"))!.GetMap("data")!.GetString("key").Should().Be("1");
    }

    [Fact]
    public async Task WatchHealth_UnitBecomesReady_IsTold()
    {
        await ApplyAsync(Unique, Namespace(Unique), Deployment(Unique, "web"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var reports = Applier.WatchHealthAsync(Unique, stop.Token).GetAsyncEnumerator(stop.Token);

        (await reports.MoveNextAsync()).Should().BeTrue();
        if (!Cluster.HasControllers)
        {
            reports.Current.IsHealthy.Should().BeFalse();
            await StatusAsync("""{"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1,"conditions":[{"type":"Available","status":"True"}]}}""");
        }

        while (!reports.Current.IsHealthy)
        {
            (await reports.MoveNextAsync()).Should().BeTrue();
        }

        reports.Current.Objects.Should().HaveCount(2);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task WatchHealth_PodsOfAWorkloadFail_MessageCarriesTheirCauseAndTheLastEvent()
    {
        await ApplyAsync(Unique, Namespace(Unique), Deployment(Unique, "web"));
        var pods = new Kubernetes.Client.ApiResource("", "v1", "Pod", "pods", true);
        var pod = Json($$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"{{{Unique}}}","labels":{"app":"web"} },"spec":{"containers":[{"name":"web","image":"registry.example/web:1"}]} }""");
        (await Client.CreateAsync(pods, Unique, pod.Root, new(), Token)).Error.Should().BeNull();
        var warning = Json($$$"""
            {"apiVersion":"v1","kind":"Event","metadata":{"name":"web-1.1","namespace":"{{{Unique}}}"},"type":"Warning","reason":"Failed","message":"no such host",
             "involvedObject":{"kind":"Pod","name":"web-1","namespace":"{{{Unique}}}"},"lastTimestamp":"2026-01-01T00:00:00Z"}
            """);
        (await Client.CreateAsync(new("", "v1", "Event", "events", true), Unique, warning.Root, new(), Token)).Error.Should().BeNull();
        var status = """{"status":{"phase":"Pending","containerStatuses":[{"name":"web","image":"i","imageID":"","ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff","message":"cannot pull"} } }]} }""";
        (await Client.PatchAsync(pods, Unique, "web-1", Kubernetes.Client.PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(status), new() { Subresource = "status" }, Token)).Error.Should().BeNull();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var message = "";
        await foreach (var report in Applier.WatchHealthAsync(Unique, limit.Token))
        {
            message = report.Objects.Single(o => o.Resource.Kind == "Deployment").Message;
            if (message.Contains("pod web-1", StringComparison.Ordinal))
            {
                break;
            }
        }

        message.Should().Contain("pod web-1: container web: ImagePullBackOff: cannot pull; last event Failed: no such host");
    }

    private async Task StatusAsync(string patch)
    {
        var result = await Client.PatchAsync(Deployments, Unique, "web", Kubernetes.Client.PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(patch), new() { Subresource = "status" }, Token);
        result.Succeeded.Should().BeTrue(result.Error?.Message);
    }

    private DriftReader Watch(ApplyRequest request) => new(Applier, request, Token);
}

[Collection(RealClusterCollection.Name)]
public sealed class DriftOnRealServerTests(RealCluster cluster) : DriftTests(cluster);

[Collection(MemoryClusterCollection.Name)]
public sealed class DriftOnMemoryServerTests(MemoryCluster cluster) : DriftTests(cluster);
