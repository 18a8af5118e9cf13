using GitOps.Git;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>The engine in a program that has no host: made from services, never run, driven call by call against a Git repository and a cluster.</summary>
public sealed class DrivenEngineTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-driven-").FullName;
    private BareGitRepository _repository = null!;
    private InMemoryCluster _cluster = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GitOpsEngine Engine => _services.GetRequiredService<GitOpsEngine>();

    public async ValueTask InitializeAsync()
    {
        _repository = BareGitRepository.Create(Path.Combine(_folder, "fleet.git"));
        _cluster = await InMemoryCluster.StartAsync(cancellationToken: Token);
        var services = new ServiceCollection().AddLogging().AddMetrics();
        services.AddGitOps()
            .AddGitSource("fleet", s =>
            {
                s.Url = _repository.Url;
                s.CacheDirectory = Path.Combine(_folder, "cache");
            })
            .AddManifests("infrastructure", Fleet.At("infrastructure"))
            .AddManifests("apps", u =>
            {
                Fleet.At("apps")(u);
                u.DependsOn.Add("infrastructure");
            })
            .UseKubernetes(k => k.Kubeconfig = _cluster.Kubeconfig);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _cluster.DisposeAsync();
        _repository.Dispose();
        Fleet.Remove(_folder);
    }

    [Fact]
    public async Task PlanApplyReconcileSuspendResume_AndTheEventsOfIt()
    {
        await _repository.CommitAsync("First", Fleet.ConfigMap("infrastructure/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var events = Engine.ReadEventsAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Engine.GetUnits().Select(u => (u.Name, u.IsReady)).Should().Equal(("infrastructure", false), ("apps", false));

        var plan = await Engine.PlanAsync("infrastructure", Token);
        plan.Changes.Should().ContainSingle().Which.Action.Should().Be(ChangeAction.Created);
        using (var look = new Look(_cluster))
        {
            (await look.NamesAsync()).Should().BeEmpty("a plan writes nothing");
            (await Engine.ApplyAsync(plan, Token)).Succeeded.Should().BeTrue();
            (await look.NamesAsync()).Should().Equal("a");

            (await Engine.ReconcileAsync("infrastructure", Token)).IsReady.Should().BeTrue();
            (await Engine.ReconcileAsync("apps", Token)).IsReady.Should().BeTrue();
            (await look.NamesAsync()).Should().Equal("a", "b");
        }

        Engine.Suspend("apps");
        Engine.GetUnit("apps").IsSuspended.Should().BeTrue();
        Engine.Resume("apps");
        Engine.GetUnits().Should().OnlyContain(u => u.IsReady && !u.IsSuspended && u.History.Count == 1);

        List<string> told = [];
        while (told.Count < 3 && await events.MoveNextAsync())
        {
            if (events.Current.Severity != EventSeverity.Trace)
            {
                told.Add($"{events.Current.Unit ?? events.Current.Source}: {events.Current.Reason}");
            }
        }

        told.Should().Equal("fleet: ReconciliationSucceeded", "infrastructure: ReconciliationSucceeded", "apps: ReconciliationSucceeded");
    }

    [Fact]
    public async Task ApplyAsync_LiveStateMovedSinceThePlan_IsRefusedAndTheNextPlanConverges()
    {
        await _repository.CommitAsync("First", Fleet.ConfigMap("infrastructure/a.yaml", "a"));
        (await Engine.ReconcileAsync("infrastructure", Token)).IsReady.Should().BeTrue();
        await _repository.CommitAsync("Second", Fleet.ConfigMap("infrastructure/a.yaml", "a", "2"));
        await Engine.PollSourceAsync("fleet", Token);
        var plan = await Engine.PlanAsync("infrastructure", Token);
        using var look = new Look(_cluster);
        await look.SpoilAsync("a");

        var refused = await Engine.ApplyAsync(plan, Token);

        refused.Succeeded.Should().BeFalse();
        refused.Diagnostics.Should().Contain(d => d.Reason == Reasons.PlanOutdated);
        (await Engine.ApplyAsync(await Engine.PlanAsync("infrastructure", Token), Token)).Succeeded.Should().BeTrue();
        (await look.ValueAsync("a")).Should().Be("2");
    }

    private sealed class Look(InMemoryCluster cluster) : Applying.ApplierScenarios(new Servers.StartedCluster(cluster.Kubeconfig))
    {
        public async Task<IReadOnlyList<string>> NamesAsync()
        {
            List<string> names = [];
            var (_, error) = await Client.ListAsync(ConfigMaps, new Kubernetes.Client.ListOptions { Namespace = "default" }, item => names.Add(item.GetMap("metadata")!.GetString("name")!), Token);
            error.Should().BeNull();
            return names;
        }

        public Task SpoilAsync(string name) => MergeAsync(ConfigMaps, "default", name, """{"data":{"a":"9"}}""");

        public async Task<string?> ValueAsync(string name) => (await LiveAsync(ConfigMaps, "default", name))?.GetMap("data")?.GetString("a");
    }
}
