using System.Collections.Concurrent;
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

    [Fact]
    public async Task RunAsync_TwoGroups_EachRunsOnlyWhileItIsLed()
    {
        using var election = new SwitchElection();
        await using var fixture = new EngineFixture(g =>
        {
            g.AddFolder("apps", u => u.LeaseGroup = "apps");
            g.AddFolder("infrastructure", u => u.LeaseGroup = "infrastructure");
            g.Services.AddSingleton<ILeaderElection>(election);
        });
        ConcurrentQueue<(string, string)> groups = new();
        fixture.Applier.BeforeApply = (request, _) =>
        {
            groups.Enqueue((request.UnitName, request.LeaseGroup));
            return Task.CompletedTask;
        };
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")), ("infrastructure/b.yaml", EngineFixture.ConfigMap("b")));
        fixture.Start();

        await election.LeadAsync("apps");
        await fixture.WaitForReadyAsync("apps", "r1");
        fixture.Engine.GetUnit("infrastructure").LastAppliedRevision.Should().BeNull("another host leads its group");
        groups.Should().Equal([("apps", "apps")], "the applier must know which lease to look at");

        await election.LeadAsync("infrastructure");
        await fixture.WaitForReadyAsync("infrastructure", "r1");
        await election.LoseAsync("apps");
        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")), ("infrastructure/b.yaml", EngineFixture.ConfigMap("b", "2")));
        await fixture.WaitForReadyAsync("infrastructure", "r2");
        fixture.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be("r1", "the loss of one lease ends that group only, and the other goes on");
    }

    [Fact]
    public void Constructor_DependencyInAnotherGroup_IsAMistakeOfTheConfiguration()
    {
        var make = () => new EngineFixture(g =>
        {
            g.AddFolder("infrastructure");
            g.AddFolder("apps", u =>
            {
                u.LeaseGroup = "apps";
                u.DependsOn.Add("infrastructure");
            });
        });

        make.Should().Throw<GitOpsConfigurationException>().WithMessage("*'apps'*depends on 'infrastructure' of another LeaseGroup*");
    }

    [Theory]
    [InlineData("Apps")]
    [InlineData("-apps")]
    [InlineData("a.b")]
    public void Constructor_GroupThatIsNoName_IsAMistakeOfTheConfiguration(string group)
    {
        var make = () => new EngineFixture(g => g.AddFolder("apps", u => u.LeaseGroup = group));

        make.Should().Throw<GitOpsConfigurationException>().WithMessage($"*LeaseGroup '{group}'*");
    }

    private sealed class SwitchElection : ILeaderElection, IDisposable
    {
        private readonly ConcurrentDictionary<string, Term> _terms = new(StringComparer.Ordinal);

        public void Dispose()
        {
            foreach (var term in _terms.Values)
            {
                term.Token.Dispose();
            }
        }

        public async Task LeadAsync(string group = "")
        {
            var term = Of(group);
            term.Token.Dispose();
            term.Token = new CancellationTokenSource();
            term.Running = (await term.Work.Task)(term.Token.Token);
        }

        public async Task LoseAsync(string group = "")
        {
            await Of(group).Token.CancelAsync();
            await Of(group).Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async Task RunAsync(string group, Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
        {
            Of(group).Work.TrySetResult(lead);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                await LoseAsync(group);
            }
        }

        private Term Of(string group) => _terms.GetOrAdd(group, static _ => new Term());

        private sealed class Term
        {
            public TaskCompletionSource<Func<CancellationToken, Task>> Work { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public CancellationTokenSource Token { get; set; } = new();

            public Task Running { get; set; } = Task.CompletedTask;
        }
    }
}
