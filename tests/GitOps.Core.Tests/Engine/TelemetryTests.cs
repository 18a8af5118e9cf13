using System.Diagnostics;

namespace GitOps.Core.Tests.Engine;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Reconcile_OneUnit_HasOneActivityForEachStage()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("traced-good"));
        using var trace = new RecordedTrace();
        fixture.Source.Commit("r1", ("traced-good/a.yaml", EngineFixture.ConfigMap("a")));

        await fixture.Engine.ReconcileAsync("traced-good", TestContext.Current.CancellationToken);

        trace.Activities.Select(a => (a.OperationName, a.ParentSpanId == trace.Root)).Should().Equal(
            ("gitops.detect", true), ("gitops.fetch", true), ("gitops.render", false), ("gitops.validate", false), ("gitops.apply", false), ("gitops.verify", false), ("gitops.reconcile", true));
        var reconcile = trace.Activities[^1];
        trace.Activities.Where(a => a.ParentSpanId == reconcile.SpanId).Select(a => a.OperationName).Should().Equal("gitops.render", "gitops.validate", "gitops.apply", "gitops.verify");
        reconcile.GetTagItem("gitops.unit.kind").Should().Be("Manifests");
        trace.Activities.Skip(2).Should().OnlyContain(a => Equals(a.GetTagItem("gitops.unit.name"), "traced-good"));
        trace.Activities.Take(2).Should().OnlyContain(a => Equals(a.GetTagItem("gitops.source.name"), "fleet"));
        trace.Activities.SkipLast(1).Should().OnlyContain(a => Equals(a.GetTagItem("gitops.outcome"), "success"));
        trace.Activities.Should().OnlyContain(a => a.Status == ActivityStatusCode.Unset);

        // Notifying is nobody's part: it goes on when the reconciliation is long over.
        (await trace.StoppedAsync("gitops.notify", "traced-good")).GetTagItem("gitops.outcome").Should().Be("success");
    }

    [Fact]
    public async Task Reconcile_RenderingFails_StageAndReconciliationAreErrorsWithTheReason()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("traced-bad"));
        using var trace = new RecordedTrace();
        fixture.Source.Commit("r1", ("traced-bad/a.yaml", "kind: ConfigMap\n"));

        await fixture.Engine.ReconcileAsync("traced-bad", TestContext.Current.CancellationToken);

        trace.Activities.Select(a => a.OperationName).Should().Equal("gitops.detect", "gitops.fetch", "gitops.render", "gitops.reconcile");
        trace.Activities.Skip(2).Should().OnlyContain(a => a.Status == ActivityStatusCode.Error && a.StatusDescription == Reasons.BuildFailed);
    }

    [Fact]
    public async Task Reconcile_ApplierThrows_StageAndReconciliationAreErrors()
    {
        await using var fixture = new EngineFixture(g => g.AddFolder("traced-throwing"));
        using var trace = new RecordedTrace();
        fixture.Source.Commit("r1", ("traced-throwing/a.yaml", EngineFixture.ConfigMap("a")));
        fixture.Applier.BeforeApply = (_, _) => throw new InvalidOperationException("no");

        await fixture.Engine.ReconcileAsync("traced-throwing", TestContext.Current.CancellationToken);

        trace.Activities.Where(a => a.Status == ActivityStatusCode.Error).Select(a => a.OperationName).Should().Equal("gitops.apply", "gitops.reconcile");
    }

    [Fact]
    public async Task Poll_SourceFails_DetectIsAnError()
    {
        await using var fixture = new EngineFixture(_ => { });
        using var trace = new RecordedTrace();
        fixture.Source.Failure = new GitOpsException(Reasons.FetchFailed, "Connection refused.");

        await fixture.Engine.PollSourceAsync("fleet", TestContext.Current.CancellationToken);

        var detect = trace.Activities.Should().ContainSingle().Subject;
        detect.OperationName.Should().Be("gitops.detect");
        detect.Status.Should().Be(ActivityStatusCode.Error);
        detect.GetTagItem("gitops.outcome").Should().Be("error");
    }
}
