using GitOps.Kubernetes.Health;
using static GitOps.Kubernetes.Tests.TestObjects;

namespace GitOps.Kubernetes.Tests.Health;

/// <summary>What a verdict says, for people; which verdict is right is judged by recorded cases.</summary>
public sealed class HealthRulesTests
{
    [Theory]
    [InlineData("""{"conditions":[{"type":"Ready","status":"False","reason":"InstallFailed","message":"chart 'podinfo' not found"},{"type":"Released","status":"False","message":"none"}]}""", "chart 'podinfo' not found")]
    [InlineData("""{"conditions":[{"type":"Ready","status":"False","reason":"InstallFailed"}]}""", "Ready is False: InstallFailed")]
    [InlineData("""{"conditions":[{"type":"Stalled","status":"True","message":"three retries are over"},{"type":"Ready","status":"False","message":"failed"}]}""", "three retries are over")]
    public void Assess_FluxObjectThatFailed_SaysWhatItsControllerSaid(string status, string message)
    {
        var release = Map($$"""{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"podinfo"},"status":{{status}}}""");

        HealthRules.Assess(release).Should().Be(new Verdict(HealthStatus.Failed, message));
    }
}
