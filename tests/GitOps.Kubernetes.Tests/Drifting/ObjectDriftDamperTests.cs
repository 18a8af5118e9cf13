using GitOps.Kubernetes.Drifting;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Kubernetes.Tests.Drifting;

public sealed class ObjectDriftDamperTests
{
    [Fact]
    public void Delay_AFight_IsSlowedDownAndForgottenAfterQuiet()
    {
        var time = new FakeTimeProvider();
        var damper = new ObjectDriftDamper(time);
        var id = new ResourceId("", "ConfigMap", "a", "b");

        var told = Enumerable.Range(0, 20).Count(_ => damper.Delay(id) is null);
        told.Should().Be(5);
        damper.Delay(id).Should().BePositive();
        damper.Delay(new ResourceId("", "ConfigMap", "a", "other")).Should().BeNull();
        time.Advance(TimeSpan.FromMinutes(10));
        Enumerable.Range(0, 20).Count(_ => damper.Delay(id) is null).Should().Be(5);
    }
}
