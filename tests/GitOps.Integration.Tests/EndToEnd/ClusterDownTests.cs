using GitOps.Integration.Tests.Servers;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The API server is gone for a while: its port refuses connections, what was open is cut. What stands in the cluster stays, and it becomes what Git says when the server is back.</summary>
public sealed class ClusterDownTests : IAsyncLifetime
{
    private const int Objects = 12;

    private InMemoryCluster _cluster = null!;
    private TcpProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await InMemoryCluster.StartAsync();
        _proxy = new TcpProxy(_cluster.Url);
    }

    public async ValueTask DisposeAsync() => await _proxy.DisposeAsync();

    [Fact]
    public async Task ServerIsDown_CommitAndManualChangeMeanwhile_MessageSaysSoAndBothAreSetRightAfterwards()
    {
        await using var fleet = await StartAsync("quiet", "busy");
        await fleet.ReadyAsync("quiet");
        await fleet.ReadyAsync("busy");

        _proxy.Close();
        var commit = await fleet.CommitAsync("Roll out while the server is down", Fleet.ConfigMap("busy/c0.yaml", "busy-0", "2"));
        var failed = await fleet.FailedAsync("busy");

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.ClusterUnavailable);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain($"127.0.0.1:{_proxy.Port}");
        failed.LastAppliedRevision!.SameContent(commit).Should().BeFalse("the last good revision stays");
        fleet.Engine.GetUnit("quiet").IsReady.Should().BeTrue("a unit that has nothing to do does not fail");
        await fleet.SendAsync(HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/quiet-0?fieldManager=somebody", "{\"data\":{\"a\":\"9\"}}", "application/merge-patch+json");

        _proxy.Open();
        await fleet.ReadyAsync("busy", commit);
        (await fleet.ValueAsync("busy-0")).Should().Be("2");
        await fleet.EventAsync(e => e.Unit == "quiet" && e.Reason == Reasons.DriftCorrected);
        (await fleet.ValueAsync("quiet-0")).Should().Be("1");

        // The watch is in order again, too.
        await fleet.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/configmaps/quiet-1");
        await fleet.EventAsync(e => e.Unit == "quiet" && e.Reason == Reasons.DriftCorrected && e.Changes.Any(c => c.Resource.Name == "quiet-1"));
    }

    [Fact]
    public async Task ServerIsDownForAMinute_IsTriedAgainAndAgainAndConvergesWhenItIsBack()
    {
        var clock = new ObservedTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var fleet = await CreateAsync(clock, PatientUnit, "busy");
        await fleet.StartAsync();
        await fleet.ReadyAsync("busy");

        _proxy.Close();
        var down = clock.GetUtcNow();
        var commit = await fleet.CommitAsync("Roll out", Fleet.ConfigMap("busy/c1.yaml", "busy-1", "2"), Git.GitFileChange.Delete("busy/c0.yaml"), Fleet.ConfigMap("busy/new.yaml", "busy-new", "2"));
        await clock.PassAsync(IsShort, fleet.WaitAsync("busy", u => u.History is [{ Succeeded: false, Count: >= 8 }, ..] && clock.GetUtcNow() - down > TimeSpan.FromMinutes(1)));
        var failed = fleet.Engine.GetUnit("busy");
        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.ClusterUnavailable);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain($"127.0.0.1:{_proxy.Port}");
        (await fleet.ValueAsync("busy-0")).Should().Be("1", "what stands stays");

        _proxy.Open();
        await clock.PassAsync(IsShort, fleet.ReadyAsync("busy", commit));
        (await fleet.ValueAsync("busy-0")).Should().BeNull();
        (await fleet.ValueAsync("busy-1")).Should().Be("2");
        (await fleet.ValueAsync("busy-new")).Should().Be("2");
        (await fleet.EventAsync(e => e.Unit == "busy" && e.Message.StartsWith("Recovered", StringComparison.Ordinal))).Changes.Should().HaveCount(3);
        fleet.Events.Where(e => e is { Unit: "busy", Severity: EventSeverity.Error }).Should().ContainSingle(e => e.IsTransition, "the same failure is told once");

        // The waits before a retry, and of the drift watch before it begins anew; all others are limits.
        static bool IsShort(TimeSpan wait) => wait < TimeSpan.FromSeconds(25);

        static Action<UnitOptions> PatientUnit(string path) => unit =>
        {
            Fleet.At(path)(unit);
            unit.RetryInterval = TimeSpan.FromSeconds(4);
            unit.Interval = TimeSpan.FromSeconds(10);
        };
    }

    [Theory]
    [InlineData("patch", 1)]
    [InlineData("patch", 7)]
    [InlineData("delete", 1)]
    public async Task ServerGoesDownInTheMiddleOfAnApply_NextTryFinishesAndNothingIsOrphaned(string verb, int nth)
    {
        await using var fleet = await StartAsync("busy");
        await fleet.ReadyAsync("busy");
        var seen = 0;
        using var rule = fleet.Cluster.Faults.Add(new FaultRule
        {
            Match = r =>
            {
                if (r.Namespace == "default" && r.Verb == verb && Interlocked.Increment(ref seen) == nth)
                {
                    _proxy.Close();
                }

                return false;
            },
        });

        List<Git.GitFileChange> changes = [Git.GitFileChange.Delete("busy/c0.yaml"), Fleet.ConfigMap("busy/new.yaml", "busy-new", "2")];
        changes.AddRange(Enumerable.Range(1, Objects - 1).Select(i => Fleet.ConfigMap($"busy/c{i}.yaml", $"busy-{i}", "2")));
        var commit = await fleet.CommitAsync("Change everything", [.. changes]);
        var failed = await fleet.FailedAsync("busy");
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain($"127.0.0.1:{_proxy.Port}");

        _proxy.Open();
        await fleet.ReadyAsync("busy", commit);
        var live = (await fleet.GetAsync("/api/v1/namespaces/default/configmaps?labelSelector=gitops-core.io/unit=busy"))!["items"]!.AsArray();
        live.ToDictionary(o => o!["metadata"]!["name"]!.GetValue<string>(), o => o!["data"]!["a"]!.GetValue<string>()).Should().BeEquivalentTo(
            Enumerable.Range(1, Objects - 1).Select(i => $"busy-{i}").Append("busy-new").ToDictionary(n => n, _ => "2"));
    }

    private async Task<Fleet> StartAsync(params string[] units)
    {
        var fleet = await CreateAsync(TimeProvider.System, Fleet.At, units);
        await fleet.StartAsync();
        return fleet;
    }

    private Task<Fleet> CreateAsync(TimeProvider time, Func<string, Action<UnitOptions>> at, params string[] units) => Fleet.CreateOnAsync(
        _cluster,
        time,
        g =>
        {
            foreach (var unit in units)
            {
                g.AddManifests(unit, at(unit));
            }

            g.UseKubernetes(k =>
            {
                k.Kubeconfig = _cluster.Kubeconfig.Replace($":{_cluster.Url.Port}", $":{_proxy.Port}", StringComparison.Ordinal);
                k.MaxRetries = 1;
            });
        },
        [.. units.SelectMany(unit => Enumerable.Range(0, Objects).Select(i => Fleet.ConfigMap($"{unit}/c{i}.yaml", $"{unit}-{i}")))]);
}
