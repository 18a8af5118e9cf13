using GitOps.Core.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Core.Tests.Notifications;

/// <summary>What notifiers are told of a unit's life, and that a bad one hurts nobody else.</summary>
public sealed class NotifierTests
{
    private readonly CollectingNotifier _good = new();

    [Fact]
    public async Task RunAsync_OneNotifierThrowsAndOneHangs_UnitsGoOnAndTheThirdIsTold()
    {
        await using var fixture = new EngineFixture(g =>
        {
            g.AddNotifier<ThrowingNotifier>().AddNotifier<HangingNotifier>().AddFolder("apps");
            g.Services.AddSingleton<INotifier>(_good);
        });
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();

        // The clock stands still: nobody waits for the hanging one's time to be up.
        for (var i = 2; i <= 6; i++)
        {
            await fixture.CommitAsync($"r{i}", ("apps/a.yaml", EngineFixture.ConfigMap("a", $"{i}")));
            await fixture.WaitForReadyAsync("apps", $"r{i}");
            await _good.ToldAsync(e => e.Revision?.Digest == $"r{i}" && e.Unit == "apps");
        }
    }

    [Fact]
    public async Task RunAsync_FailedAgainRecoveredProgressed_EachTransitionIsToldOnce()
    {
        await using var fixture = new EngineFixture(g =>
        {
            g.AddFolder("apps");
            g.Services.AddSingleton<INotifier>(_good);
        });
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");
        await fixture.CommitAsync("r2", ("apps/a.yaml", "kind: ConfigMap\n"));
        await fixture.WaitForAsync("apps", u => u.Condition(ConditionTypes.Stalled) is not null);

        // The same again is no news, and neither is a look that finds everything as desired.
        await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);
        await fixture.CommitAsync("r3", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")));
        await fixture.WaitForReadyAsync("apps", "r3");
        await fixture.Engine.ReconcileAsync("apps", TestContext.Current.CancellationToken);
        await fixture.CommitAsync("r4", ("apps/a.yaml", EngineFixture.ConfigMap("a", "3")), ("apps/b.yaml", EngineFixture.ConfigMap("b")));
        await fixture.WaitForReadyAsync("apps", "r4");
        await fixture.StopAsync();

        var told = _good.Events.Where(e => e.Unit == "apps").ToList();
        told.Select(e => (e.Revision!.Digest, e.Severity, e.Reason)).Should().Equal(
            ("r1", EventSeverity.Info, Reasons.ReconciliationSucceeded),
            ("r2", EventSeverity.Error, Reasons.BuildFailed),
            ("r3", EventSeverity.Info, Reasons.ReconciliationSucceeded),
            ("r4", EventSeverity.Info, Reasons.ReconciliationSucceeded));
        told[1].Diagnostics.Should().ContainSingle().Which.Location!.File.Should().Be("apps/a.yaml");
        told[2].Message.Should().StartWith("Recovered: 1 configured");
        told[3].Changes.Should().ContainSingle().Which.Should().Be(new ObjectChange(told[3].Changes[0].Resource, ChangeAction.Created));
        told.Should().OnlyContain(e => e.Source == "fleet" && e.CommitAuthor == "Ada <ada@example.com>" && e.CommitMessage == $"commit {e.Revision!.Digest}");
    }
}
