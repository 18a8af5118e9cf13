using System.Globalization;
using GitOps.Git;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.EndToEnd;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes.Client;
using GitOps.Testing;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>
/// A host with everything in it - Git source, engine, state, webhook - is killed between any two steps of a reconciliation. The next host starts from what is left:
/// the cluster becomes what Git says, each object is in the inventory of its owner, nothing is orphaned, and every revision is told of.
/// </summary>
public sealed class HostCrashTests : IAsyncLifetime
{
    private const string Inventories = "gitops-system";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-killed-").FullName;
    private BareGitRepository _repository = null!;
    private InMemoryCluster _cluster = null!;
    private WebhookReceiver _webhook = null!;
    private Revision _head = null!;
    private int _commits;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _repository = BareGitRepository.Create(Path.Combine(_folder, "fleet.git"));
        _cluster = await InMemoryCluster.StartAsync(cancellationToken: Token);
        _webhook = await WebhookReceiver.StartAsync();
        await File.WriteAllTextAsync(Kubeconfig, _cluster.Kubeconfig, Token);
        await CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _webhook.DisposeAsync();
        await _cluster.DisposeAsync();
        _repository.Dispose();
        Fleet.Remove(_folder);
    }

    private string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    [Fact]
    public async Task Kill_AtEachEdgeOfTheSevenStages_NextHostConvergesAndTellsOfEveryRevision()
    {
        (string Stage, string Edge, string Name)[] edges =
        [
            ("detect", "start", "fleet"), ("detect", "stop", "fleet"), ("fetch", "stop", "fleet"),
            ("render", "start", "apps"), ("render", "stop", "apps"), ("validate", "stop", "apps"),
            ("apply", "stop", "apps"), ("verify", "stop", "apps"), ("notify", "start", "apps"), ("notify", "stop", "apps"),
        ];
        foreach (var (stage, edge, name) in edges)
        {
            await using var host = await StartAndConvergeAsync($"the host before was killed before {stage} {edge}");
            await host.ArmAsync(stage, edge, name);
            await CommitAsync();
            await host.PollAsync();
            await host.StandsAsync();
            await host.KillAsync();
        }

        await using var last = await StartAndConvergeAsync("the last kill");

        // Undisturbed, each unit tells of a revision once.
        await CommitAsync();
        await last.PollAsync();
        await last.ReadyAsync(_head);
        await ToldAsync("the end");
        ToldOf(_head).Should().Equal("infrastructure", "apps");
    }

    [Fact]
    public async Task Kill_BetweenTheWritesOfAnApply_NextHostConvergesAndOrphansNothing()
    {
        (string Where, Func<FaultRequest, bool> Match, bool Executed)[] writes =
        [
            ("the inventory is written", r => IsInventory(r), false),
            ("the inventory was written", r => IsInventory(r), true),
            ("the first object is written", r => IsObject(r) && r.Verb == "patch", false),
            ("the third object was written", new Nth(3, r => IsObject(r) && r.Verb == "patch").Matches, true),
            ("the first object is pruned", r => IsObject(r) && r.Verb == "delete", false),
            ("an object was pruned", r => IsObject(r) && r.Verb == "delete", true),
        ];
        foreach (var (where, match, executed) in writes)
        {
            await using var host = await StartAndConvergeAsync($"before: {where}");
            using (var rule = _cluster.Faults.Add(new FaultRule { Match = r => match(r) && host.KillNow(), StatusCode = executed ? null : 500 }))
            {
                await CommitAsync();
                await host.PollAsync();
                await host.DeadAsync();
            }
        }

        await using var last = await StartAndConvergeAsync("after the last kill");
    }

    [Fact]
    public async Task Kill_AtRandomMoments_NextHostConverges()
    {
        var random = new Random(Seed: 20_261_123);
        for (var i = 0; i < 4; i++)
        {
            await using var host = await StartAndConvergeAsync($"random kill {i}");
            await CommitAsync();
            await host.PollAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 150)), TimeProvider.System, Token);
            await host.KillAsync();
        }

        await using var last = await StartAndConvergeAsync("after the last kill");
    }

    private static bool IsInventory(FaultRequest request) => request is { Resource: "configmaps", Namespace: Inventories, Verb: "patch" or "create" or "update" } && request.Name.Contains("apps", StringComparison.Ordinal);

    private static bool IsObject(FaultRequest request) => request is { Resource: "configmaps", Namespace: "default" } && request.Name.StartsWith("apps-", StringComparison.Ordinal);

    /// <summary>Four of six objects of each unit, another four with each commit, so that each commit makes, changes and prunes.</summary>
    private static IEnumerable<string> Names(string unit, int commit) => Enumerable.Range(commit, 4).Select(i => string.Create(CultureInfo.InvariantCulture, $"{unit}-{i % 6}"));

    private async Task CommitAsync()
    {
        _commits++;
        List<GitFileChange> changes = [];
        foreach (var unit in HostChild.Units)
        {
            var text = string.Join("---\n", Names(unit, _commits).Select(n => $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {n}\n  namespace: default\ndata:\n  commit: \"{_commits}\"\n"));
            changes.Add(GitFileChange.Write($"{unit}/objects.yaml", text));
        }

        _head = await _repository.CommitAsync($"Commit {_commits}", [.. changes]);
    }

    private async Task<ChildHost> StartAndConvergeAsync(string situation)
    {
        var settings = new HostChild.Settings(_repository.Url, Path.Combine(_folder, "cache"), Path.Combine(_folder, "state"), Kubeconfig, _webhook.Url);
        var host = new ChildHost(settings);
        await host.ReadyAsync(_head);
        await ToldAsync(situation);
        using var cluster = new Look(new StartedCluster(_cluster.Kubeconfig));
        foreach (var unit in HostChild.Units)
        {
            var expected = Names(unit, _commits).ToList();
            (await cluster.LiveAsync(unit)).Should().BeEquivalentTo(expected.ToDictionary(n => n, _ => _commits.ToString(CultureInfo.InvariantCulture)), situation);
            (await cluster.InventoryOfAsync(unit)).Should().BeEquivalentTo(expected.Select(n => $"default_{n}__ConfigMap"), situation);
        }

        return host;
    }

    private async Task ToldAsync(string situation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        try
        {
            await _webhook.WaitAsync(_ => HostChild.Units.All(u => ToldOf(_head).Contains(u)), limit.Token);
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            Assert.Fail($"{situation}: of {_head} was told only for {string.Join(", ", ToldOf(_head))}.");
        }
    }

    private List<string> ToldOf(Revision revision) =>
        [.. _webhook.Events.Where(e => e["revision"]?.GetValue<string>() == revision.ToString() && e["severity"]!.GetValue<string>() == "info").Select(e => e["unit"]!.GetValue<string>())];

    private sealed class Nth(int n, Func<FaultRequest, bool> match)
    {
        private int _seen;

        public bool Matches(FaultRequest request) => match(request) && Interlocked.Increment(ref _seen) == n;
    }

    private sealed class Look(ITestCluster cluster) : ApplierScenarios(cluster)
    {
        public async Task<Dictionary<string, string>> LiveAsync(string unit)
        {
            Dictionary<string, string> live = [];
            var options = new ListOptions { Namespace = "default", LabelSelector = Selector(unit) };
            var (_, error) = await Client.ListAsync(ConfigMaps, options, item => live.Add(item.GetMap("metadata")!.GetString("name")!, item.GetMap("data")!.GetString("commit")!), Token);
            error.Should().BeNull();
            return live;
        }

        public Task<IReadOnlyList<string>> InventoryOfAsync(string unit) => InventoryAsync(unit);
    }
}
