using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Engine;

public sealed class LeadershipTests
{
    [Fact]
    public async Task RunAsync_LeadershipIsLostAndWon_UnitsStopAndStartAgain()
    {
        using var election = new SwitchElection();
        await using var fixture = new EngineFixture(g =>
        {
            g.AddFolder("apps");
            g.Services.AddSingleton<ILeaderElection>(election);
        });
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForEventAsync(e => e.Source == "fleet" && e.Unit is null);
        fixture.Applier.Applied.Should().BeEmpty("another host leads");

        await election.LeadAsync();
        await fixture.WaitForReadyAsync("apps", "r1");
        await election.LoseAsync();
        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        fixture.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be("r1");

        await election.LeadAsync();
        await fixture.WaitForReadyAsync("apps", "r2");
    }

    private sealed class SwitchElection : ILeaderElection, IDisposable
    {
        private readonly TaskCompletionSource<Func<CancellationToken, Task>> _work = new();
        private CancellationTokenSource _term = new();
        private Task _running = Task.CompletedTask;

        public void Dispose() => _term.Dispose();

        public async Task LeadAsync()
        {
            _term.Dispose();
            _term = new CancellationTokenSource();
            _running = (await _work.Task)(_term.Token);
        }

        public async Task LoseAsync()
        {
            await _term.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
        {
            _work.TrySetResult(lead);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                await LoseAsync();
            }
        }
    }
}
