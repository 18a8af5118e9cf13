using GitOps.Kubernetes.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace GitOps.Kubernetes.Tests.Leases;

/// <summary>Hosts with clocks of their own, each moved by the test only: no moment of an election is left to chance.</summary>
public sealed class LeaseElectionTests : IAsyncLifetime
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    private readonly LeaseApi _lease = new();
    private readonly List<Host> _hosts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Run_LeaderDiesWithoutAWord_AnotherLeadsAfterTheWholeDurationAndNotBefore()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        var second = await StartAsync("second", "2026-01-01");

        // The first host's clock stands still from here on: it is dead.
        for (var i = 0; i < 7; i++)
        {
            await second.StepAsync();
            second.IsLeading.Should().BeFalse("only {0} seconds have passed", 2 * (i + 1));
        }

        await second.StepAsync();
        await second.LeadsAsync();
        _lease.Holder.Should().Be("second");
        _lease.Spec!.GetString("leaseTransitions").Should().Be("1");
    }

    [Fact]
    public async Task Run_LeaderRenews_NobodyElseEverLeads()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        var second = await StartAsync("second", "2026-01-01");

        for (var i = 0; i < 60; i++)
        {
            await first.StepAsync();
            await second.StepAsync();
            first.IsLeading.Should().BeTrue();
            first.Fence.Check().Should().BeNull();
            second.IsLeading.Should().BeFalse();
            second.Fence.Check().Should().NotBeNull();
        }
    }

    [Theory]
    [InlineData("1999-01-01")]
    [InlineData("2099-01-01")]
    public async Task Run_ClocksDifferByDecades_TakeoverTakesTheSameTime(string otherClock)
    {
        var first = await StartAsync("first", otherClock);
        await first.LeadsAsync();
        var second = await StartAsync("second", "2026-01-01");

        for (var i = 0; i < 7; i++)
        {
            await second.StepAsync();
        }

        second.IsLeading.Should().BeFalse();
        await second.StepAsync();
        await second.LeadsAsync();
    }

    [Fact]
    public async Task Run_RenewalFails_StopsAtTheDeadlineWhichIsBeforeAnyoneElseMayLead()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        var second = await StartAsync("second", "2026-01-01");
        _lease.Refused = "first";

        for (var i = 0; i < 4; i++)
        {
            await first.StepAsync();
            first.IsLeading.Should().BeTrue("a renewal that fails for {0} seconds may still succeed", 2 * (i + 1));
        }

        first.Time.Advance(s_retry);
        first.Fence.Check().Should().NotBeNull("the term is over whether or not the election has noticed");
        await first.StoppedAsync();
        for (var i = 0; i < 5; i++)
        {
            await second.StepAsync();
        }

        second.IsLeading.Should().BeFalse("after 10 seconds the first has stopped and the second may not lead yet");
    }

    [Fact]
    public async Task Run_RenewalIsNeverAnswered_StopsAtTheDeadline()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        _lease.Silent = "first";

        first.Time.Advance(s_retry);
        first.IsLeading.Should().BeTrue();
        first.Time.Advance(TimeSpan.FromSeconds(7.9));
        first.Fence.Check().Should().BeNull();
        first.Time.Advance(TimeSpan.FromSeconds(0.1));

        first.Fence.Check().Should().NotBeNull();
        await first.StoppedAsync();
    }

    [Fact]
    public async Task Run_LeaseIsTakenAway_StopsAtTheNextRenewal()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        _lease.Put("somebody", """, "leaseDurationSeconds":15""");

        first.Time.Advance(s_retry);

        await first.StoppedAsync();
        first.Fence.Check().Should().NotBeNull();
        _lease.Holder.Should().Be("somebody", "what is not ours is not given back");
    }

    [Fact]
    public async Task Run_ProcessStoodStill_TheFenceIsShutBeforeTheElectionNotices()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        first.Fence.Check().Should().BeNull();

        // Nothing of the election runs in between, as when a process is stopped and goes on later.
        first.Time.SetTimeWithoutTimers(TimeSpan.FromSeconds(60));

        first.Fence.Check().Should().NotBeNull();
    }

    [Fact]
    public async Task Run_HostStops_GivesTheLeaseBackForTheNextLook()
    {
        var first = await StartAsync("first", "2026-01-01");
        await first.LeadsAsync();
        var second = await StartAsync("second", "2026-01-01");

        await first.StopAsync();
        _lease.Holder.Should().BeEmpty();
        await second.StepAsync();

        await second.LeadsAsync();
    }

    [Theory]
    [InlineData(""", "leaseDurationSeconds":9223372036854775807""")]
    [InlineData(""", "leaseDurationSeconds":-5""")]
    [InlineData(""", "leaseDurationSeconds":"soon" """)]
    [InlineData(""", "renewTime":"never", "leaseTransitions":"many" """)]
    public async Task Run_RecordIsNonsense_WaitsAndTakesOverInTheEnd(string spec)
    {
        _lease.Put("ghost", spec);
        var host = await StartAsync("host", "2026-01-01");

        await host.StepAsync();
        host.IsLeading.Should().BeFalse();
        await host.StepAsync(TimeSpan.FromDays(2));

        await host.LeadsAsync();
    }

    private async Task<Host> StartAsync(string identity, string clock)
    {
        var host = new Host(_lease, identity, DateTimeOffset.Parse(clock, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal));
        _hosts.Add(host);
        host.Start();
        await host.Time.WaitedForAsync(Token);
        return host;
    }

    private sealed class Host : IAsyncDisposable
    {
        private readonly LeaseElection _election;
        private readonly CancellationTokenSource _stop = new();
        private TaskCompletionSource _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _run = Task.CompletedTask;

        public Host(LeaseApi lease, string identity, DateTimeOffset clock)
        {
            Time = new SteppedTimeProvider(clock);
            Fence = new WriteFence(Time);
            Fence.Require("n/l");
            _election = new LeaseElection(lease.Api.Client(Time, new KubernetesOptions { MaxRetries = 0 }), new LeaseOptions("n", "l", identity) { RetryPeriod = s_retry }, Time, NullLogger.Instance, Fence);
        }

        public SteppedTimeProvider Time { get; }

        public WriteFence Fence { get; }

        public bool IsLeading => _leads.Task.IsCompleted && !_stopped.Task.IsCompleted;

        public void Start() => _run = Task.Run(() => _election.RunAsync(LeadAsync, _stop.Token));

        /// <summary>Moves the clock to the next try and waits until that has ended and the one after it is waited for.</summary>
        public async Task StepAsync(TimeSpan? by = null)
        {
            Time.Advance(by ?? s_retry);
            await Time.WaitedForAsync(Token);
        }

        public Task LeadsAsync() => _leads.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        public Task StoppedAsync() => _stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }

        private async Task LeadAsync(CancellationToken cancellationToken)
        {
            _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _leads.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                _leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _stopped.TrySetResult();
            }
        }
    }
}
