namespace GitOps.Core.Tests.Engine;

/// <summary>With a single worker, a unit that fails or waits keeps no other from being reconciled.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task RunAsync_WaitForHealth_HoldsNoWorker()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("slow").AddFolder("quick"), o => o.Concurrency = 1);
        fixture.Applier.ManualHealth["slow"] = true;
        fixture.Source.Commit("a1", ("slow/a.yaml", EngineFixture.ConfigMap("slow")), ("quick/a.yaml", EngineFixture.ConfigMap("quick")));

        fixture.Start();
        await fixture.WaitForReadyAsync("quick", "a1");

        fixture.Engine.GetUnit("slow").IsReady.Should().BeFalse();
    }
}
