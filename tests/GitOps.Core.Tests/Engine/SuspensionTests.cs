namespace GitOps.Core.Tests.Engine;

public sealed class SuspensionTests
{
    [Fact]
    public async Task Suspend_StopsFollowingTheSourceUntilResume()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("apps"));
        fixture.Source.Commit("r1", ("apps/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Start();
        await fixture.WaitForReadyAsync("apps", "r1");

        fixture.Engine.Suspend("apps");
        await fixture.CommitAsync("r2", ("apps/a.yaml", EngineFixture.ConfigMap("a", "2")));
        fixture.Engine.GetUnit("apps").IsSuspended.Should().BeTrue();
        fixture.Engine.GetUnit("apps").LastAppliedRevision!.Digest.Should().Be("r1");

        fixture.Engine.Resume("apps");
        await fixture.WaitForReadyAsync("apps", "r2");
    }
}
