using System.Globalization;
using GitOps.Integration.Tests.Applying;
using GitOps.Integration.Tests.Crashes;
using GitOps.Integration.Tests.Servers;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Testing;

namespace GitOps.Integration.Tests.Faults;

/// <summary>Refusals, cut answers and dropped watches at random moments, by a seed that can be run again. Afterwards one quiet run sets everything right.</summary>
public sealed class ChaosTests : IAsyncLifetime
{
    private InMemoryCluster _server = null!;
    private Scenario _scenario = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Namespaces = ["chaos"] }, Token);
        _scenario = new Scenario(new StartedCluster(_server.Kubeconfig));
    }

    public async ValueTask DisposeAsync()
    {
        _scenario.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    public async Task Apply_RequestsFailAtRandom_NothingIsLostAndTheNextRunConverges(int seed, int hosts)
    {
        const int revisions = 8;
        var dice = new Dice(seed);
        var appliers = Enumerable.Range(0, hosts).Select(_ => _scenario.Hasty()).ToArray();
        for (var revision = 0; revision < revisions; revision++)
        {
            using (_server.Faults.Add(new FaultRule { StatusCode = 409, Match = r => r.Verb is not ("get" or "list" or "watch") && dice.Falls(0.04) }))
            using (_server.Faults.Add(new FaultRule { StatusCode = 429, RetryAfterSeconds = 0, Match = _ => dice.Falls(0.04) }))
            using (_server.Faults.Add(new FaultRule { StatusCode = 500, Match = _ => dice.Falls(0.04) }))
            using (_server.Faults.Add(new FaultRule { CutAfter = true, Match = _ => dice.Falls(0.04) }))
            {
                await Task.WhenAll(appliers.Select(a => _scenario.TryAsync(a, "chaos", revision)));
            }

            var known = await _scenario.KnownAsync();
            (await _scenario.LiveAsync("chaos")).Should().BeSubsetOf(known, "what is live is named by an inventory at every moment");
        }

        (await CrashChild.ApplyAsync(_scenario.Hasty(), "chaos", "chaos", revisions, Token)).Should().BeTrue();
        var (first, second) = CrashChild.Sets("chaos", revisions);
        (await _scenario.LiveAsync("chaos")).Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
        (await _scenario.KnownAsync()).Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public async Task Apply_TwoHostsWithAUnitEach_WhatMovesBetweenThemIsNeverLost(int seed)
    {
        const int revisions = 8;
        var dice = new Dice(seed);
        using var one = _scenario.Hasty();
        using var two = _scenario.Hasty();
        for (var revision = 0; revision < revisions; revision++)
        {
            var (first, second) = CrashChild.Sets("chaos", revision);
            using (_server.Faults.Add(new FaultRule { StatusCode = 409, Match = r => r.Verb is not ("get" or "list" or "watch") && dice.Falls(0.04) }))
            using (_server.Faults.Add(new FaultRule { StatusCode = 500, Match = _ => dice.Falls(0.04) }))
            using (_server.Faults.Add(new FaultRule { CutAfter = true, Match = _ => dice.Falls(0.04) }))
            {
                // Neither host knows of the other's unit: what the cluster holds is all they share.
                await Task.WhenAll(
                    CrashChild.ApplyOneAsync(one, "chaos-1", first, Token),
                    CrashChild.ApplyOneAsync(two, "chaos-2", second, Token));
            }

            (await _scenario.LiveAsync("chaos")).Should().BeSubsetOf(await _scenario.KnownAsync(), "what is live is named by an inventory at every moment");
            var settled = false;
            for (var attempt = 0; attempt < 8 && !settled; attempt++)
            {
                settled = await CrashChild.ApplyOneAsync(two, "chaos-2", second, Token) & await CrashChild.ApplyOneAsync(one, "chaos-1", first, Token);
            }

            settled.Should().BeTrue();
            (await _scenario.LiveAsync("chaos")).Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
            (await _scenario.KnownAsync()).Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
        }
    }

    [Fact]
    public async Task Apply_TwoHostsAndTheTakerAsksFirst_WhatMovesIsNeverDeleted()
    {
        using var one = _scenario.Hasty();
        using var two = _scenario.Hasty();
        Dictionary<string, string> before = [];
        for (var revision = 0; revision < 6; revision++)
        {
            var (first, second) = CrashChild.Sets("chaos", revision);
            for (var turn = 0; turn < 3; turn++)
            {
                await CrashChild.ApplyOneAsync(two, "chaos-2", second, Token);
                await CrashChild.ApplyOneAsync(one, "chaos-1", first, Token);
            }

            // Objects go from the first unit to the second, and only there; whatever was in a set before and still is in one has to be the same object.
            var now = await _scenario.UidsAsync("chaos");
            now.Keys.Should().BeEquivalentTo(first.Concat(second).Select(m => m.Id.Name));
            now.Where(n => before.TryGetValue(n.Key, out var uid) && uid != n.Value).Should().BeEmpty();
            before = now;
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task WatchDrift_CutAtRandom_SeesEveryChange(int seed)
    {
        var dice = new Dice(seed);
        var set = Scenario.Set("chaos", 12);
        await _scenario.ApplyAsync(set);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        stop.CancelAfter(TimeSpan.FromMinutes(2));
        await using var drifts = _scenario.Watch(set, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = drifts.MoveNextAsync().AsTask();
        try
        {
            await _scenario.WatchingAsync(stop.Token);
            for (var round = 0; round < 12; round++)
            {
                await RoundAsync(string.Create(CultureInfo.InvariantCulture, $"c{dice.Pick(12)}"));
            }
        }
        finally
        {
            // An enumerator that is asked for its next may not be disposed of.
            await stop.CancelAsync();
            await next.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        async Task RoundAsync(string name)
        {
            using var refused = dice.Falls(0.3) ? _server.Faults.Fail(500, times: 1, r => r.Verb is "watch" or "list") : null;
            if (dice.Falls(0.5))
            {
                _server.Faults.DropWatches();
            }

            await _scenario.SpoilAsync(name);
            if (dice.Falls(0.3))
            {
                _server.Faults.DropWatches();
                _server.Faults.Compact();
            }

            for (var seen = ""; seen != name;)
            {
                (await next).Should().BeTrue();
                seen = drifts.Current.Resource.Name;
                next = drifts.MoveNextAsync().AsTask();
            }

            await _scenario.ApplyAsync(set);
            (await _scenario.ValueAsync(name)).Should().Be("1");
        }
    }

    /// <summary>Chance that is the same for the same seed, as far as requests come in the same order.</summary>
    private sealed class Dice(int seed)
    {
        private readonly Lock _lock = new();
        private readonly Random _random = new(seed);

        public bool Falls(double chance)
        {
            lock (_lock)
            {
                return _random.NextDouble() < chance;
            }
        }

        public int Pick(int below)
        {
            lock (_lock)
            {
                return _random.Next(below);
            }
        }
    }

    private sealed class Scenario(ITestCluster cluster) : ApplierScenarios(cluster)
    {
        public static Manifest[] Set(string @namespace, int objects) => [.. Enumerable.Range(0, objects).Select(i => ConfigMap(@namespace, string.Create(CultureInfo.InvariantCulture, $"c{i}")))];

        /// <summary>An applier that gives up soon, so that failures come through to the run.</summary>
        public KubernetesApplier Hasty()
        {
            var options = NewOptions();
            options.MaxRetries = 1;
            return NewApplier(options, new HurriedTimeProvider());
        }

        public async Task TryAsync(KubernetesApplier applier, string @namespace, int revision)
        {
            var (first, second) = CrashChild.Sets(@namespace, revision);
            foreach (var (unit, set) in ((string, Manifest[])[])[("chaos-1", first), ("chaos-2", second), ("chaos-1", first)])
            {
                var plan = await applier.PlanAsync(new ApplyRequest(unit, set) { AllowEmpty = true }, Token);
                if (plan.CanApply)
                {
                    await applier.ApplyAsync(plan, null, Token);
                }
            }
        }

        public async Task<IReadOnlyList<string>> LiveAsync(string @namespace) => [.. (await UidsAsync(@namespace)).Keys];

        public async Task<Dictionary<string, string>> UidsAsync(string @namespace)
        {
            Dictionary<string, string> uids = new(StringComparer.Ordinal);
            var (_, error) = await Client.ListAsync(
                ConfigMaps,
                new ListOptions { Namespace = @namespace, LabelSelector = "gitops-core.io/unit" },
                item => uids.Add(item.GetMap("metadata")!.GetString("name")!, item.GetMap("metadata")!.GetString("uid")!),
                Token);
            error.Should().BeNull();
            return uids;
        }

        /// <summary>The names in both inventories; one that stands in both stands twice.</summary>
        public async Task<IReadOnlyList<string>> KnownAsync() =>
            [.. (await InventoryAsync("chaos-1")).Concat(await InventoryAsync("chaos-2")).Select(id => id.Split('_')[1])];

        public Task ApplyAsync(Manifest[] set) => ApplyAsync("unit", set);

        public IAsyncEnumerable<Drift> Watch(Manifest[] set, CancellationToken token) => Applier.WatchDriftAsync(new ApplyRequest("unit", set), null, token);

        public Task WatchingAsync(CancellationToken token) => Applier.WatchingAsync("unit", token);

        public Task SpoilAsync(string name) => MergeAsync(ConfigMaps, "chaos", name, $$$"""{"data":{"key":"{{{Guid.NewGuid()}}}"} }""", "mallory");

        public async Task<string?> ValueAsync(string name) => (await LiveAsync(ConfigMaps, "chaos", name))?.GetMap("data")?.GetString("key");
    }

    /// <summary>Short pauses take hardly any time: what is tested is what happens, not how long it is waited for.</summary>
    private sealed class HurriedTimeProvider : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(5) ? dueTime / 50 : dueTime, period);
    }
}
