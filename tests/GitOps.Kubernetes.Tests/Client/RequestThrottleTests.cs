using GitOps.Kubernetes.Client;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Kubernetes.Tests.Client;

public sealed class RequestThrottleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Busy_ThenSuccesses_HalvesAndGrowsBack()
    {
        var time = new FakeTimeProvider();
        var throttle = new RequestThrottle(16, time);
        throttle.Limit.Should().Be(8);
        time.Advance(TimeSpan.FromSeconds(1));
        throttle.Busy(null);
        throttle.Limit.Should().Be(4);
        throttle.Busy(null);
        throttle.Limit.Should().Be(4, "a burst of refusals is one piece of news");

        for (var i = 0; i < 500; i++)
        {
            await throttle.EnterAsync(Token);
            throttle.Exit(succeeded: true);
        }

        throttle.Limit.Should().Be(16);
    }

    [Fact]
    public async Task Enter_AfterRetryAfter_WaitsUntilThen()
    {
        var time = new FakeTimeProvider();
        var throttle = new RequestThrottle(16, time);
        throttle.Busy(TimeSpan.FromSeconds(3));

        var entering = throttle.EnterAsync(Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(2));
        entering.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(2));

        await entering.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task Enter_Full_WaitsForAPlaceInOrder()
    {
        var throttle = new RequestThrottle(1, new FakeTimeProvider());
        await throttle.EnterAsync(Token);
        var second = throttle.EnterAsync(Token).AsTask();
        using var gaveUp = new CancellationTokenSource();
        var third = throttle.EnterAsync(gaveUp.Token).AsTask();
        await gaveUp.CancelAsync();

        second.IsCompleted.Should().BeFalse();
        throttle.Exit(succeeded: true);

        await second.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await third.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
    }
}
