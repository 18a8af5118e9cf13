using System.Security.Cryptography;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Transports;

/// <summary>Servers that fall silent or say one byte after the other: every operation ends by its limits, and when it is cancelled.</summary>
public sealed class SilentServerTests : UpstreamTest
{
    private const int Size = 1_000_000;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [InlineData("git")]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task ProbeAsync_SilentAfterConnect_EndsByTimeoutAndByCancellation(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options();
        await CommitAsync();
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);

        var silent = server.Relay!.HoldAfter(0);
        var probing = source.ProbeAsync(Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        await _time.AdvanceUntilAsync(probing, options.Timeout);
        (await probing.Invoking(p => p).Should().ThrowAsync<GitOpsException>()).Which.Should().Match<GitOpsException>(e => e.Reason == Reasons.Timeout && e.Message.Contains("silent"));

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        silent = server.Relay.HoldAfter(0);
        var cancelled = source.ProbeAsync(cancel.Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        await cancel.CancelAsync();
        await cancelled.Invoking(c => c.WaitAsync(Patience, Token)).Should().ThrowAsync<OperationCanceledException>();

        server.Relay.Abandon();
        (await source.ProbeAsync(Token).AsTask().WaitAsync(Patience, Token)).Name.Should().Be("main");
    }

    [Theory]
    [InlineData("git")]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task FetchAsync_SilentInTheMiddleOfThePack_EndsByTimeoutAndByCancellation(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options();
        await CommitAsync();
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        var revision = await source.ProbeAsync(Token);

        var silent = server.Relay!.HoldAfter(Size / 2);
        var fetching = source.FetchAsync(revision, Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        await _time.AdvanceUntilAsync(fetching, options.Timeout);
        (await fetching.Invoking(f => f).Should().ThrowAsync<GitOpsException>()).Which.Should().Match<GitOpsException>(e => e.Reason == Reasons.Timeout && e.Message.Contains("silent"));

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        silent = server.Relay.HoldAfter(Size / 2);
        var cancelled = source.FetchAsync(revision, cancel.Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        await cancel.CancelAsync();
        await cancelled.Invoking(c => c.WaitAsync(Patience, Token)).Should().ThrowAsync<OperationCanceledException>();

        server.Relay.Abandon();
        await ForgetAsync(source.FetchAsync(revision, Token).AsTask(), options);
        (await source.FetchAsync(revision, Token).AsTask().WaitAsync(Patience, Token)).Tree.Read(TreePath.Parse("a.bin")).Length.Should().Be(Size);
    }

    [Theory]
    [InlineData("git")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task FetchAsync_OneByteAfterTheOther_EndsWithTheTimeOfAnOperation(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        await CommitAsync();
        var options = server.Options(o => o.Timeout = TimeSpan.FromDays(1));
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        var revision = await source.ProbeAsync(Token);

        server.Relay!.SlowDown();
        var asked = server.Relay.HearAsync(1);
        var fetching = source.FetchAsync(revision, Token).AsTask();
        await asked.WaitAsync(Patience, Token);
        await _time.AdvanceUntilAsync(fetching, options.Limits.OperationTime);

        (await fetching.Invoking(f => f).Should().ThrowAsync<GitOpsException>()).Which.Should().Match<GitOpsException>(e => e.Reason == Reasons.Timeout && e.Message.Contains("took longer than 900 s"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ssh")]
    public async Task CommitAsync_ServerThatDoesNotAnswerThePush_EndsByTimeout(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options();
        await CommitAsync();
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        using var writer = new GitWriter(options, pool);
        await NewestAsync(source);

        var silent = server.Relay!.HoldAfter(300);
        var pushing = writer.CommitAsync(Push(Size), Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        await _time.AdvanceUntilAsync(pushing, options.Timeout);

        (await pushing.Invoking(p => p).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.Timeout);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task CommitAsync_ServerThatTakesThePushSlowly_IsNotSilent(string transport)
    {
        const int Large = 8 * Size;
        await using var server = await ServeAsync(transport, relayed: true);
        await CommitAsync();
        var options = server.Options(o => o.Limits.OperationTime = TimeSpan.FromDays(1));
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        using var writer = new GitWriter(options, pool);
        await NewestAsync(source);
        var before = _time.GetUtcNow();

        // Five times what the server may be silent for, in even parts.
        server.Relay!.OnHeard = bytes => _time.Advance(options.Timeout * 5 * bytes / Large);
        await writer.CommitAsync(Push(Large), Token).AsTask().WaitAsync(Patience, Token);

        (_time.GetUtcNow() - before).Should().BeGreaterThan(options.Timeout * 4);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task CommitAsync_ServerThatStopsTakingThePush_EndsByTimeout(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);

        // Its buffers take some more after it stopped: each bit of that begins the silence anew.
        var options = server.Options(o => o.Limits.OperationTime = TimeSpan.FromDays(30));
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        using var writer = new GitWriter(options, pool);

        var pushing = await BeginStuckPushAsync(server, writer, source, Token);
        await _time.AdvanceUntilAsync(pushing, options.Timeout);

        (await pushing.Invoking(p => p).Should().ThrowAsync<GitOpsException>()).Which.Should().Match<GitOpsException>(e => e.Reason == Reasons.Timeout && e.Message.Contains("silent"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task CommitAsync_ServerThatStopsTakingThePush_EndsByCancellation(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options();
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        using var writer = new GitWriter(options, pool);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var pushing = await BeginStuckPushAsync(server, writer, source, cancel.Token);
        await cancel.CancelAsync();

        await pushing.Invoking(p => p.WaitAsync(Patience, Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public async Task CommitAsync_AfterAPushThatIsStuck_GoesOverAConnectionOfItsOwn(string transport)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options(o => o.Limits.OperationTime = TimeSpan.FromDays(30));
        using var pool = new GitRepositoryPool(_time);
        using var source = new GitSource(options, pool);
        using var writer = new GitWriter(options, pool);
        var pushing = await BeginStuckPushAsync(server, writer, source, Token);
        await _time.AdvanceUntilAsync(pushing, options.Timeout);
        await pushing.Invoking(p => p).Should().ThrowAsync<GitOpsException>();

        // The same once more, by cancellation, and then a server that listens again: those that are stuck stay so.
        server.Relay!.ListenAgain();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        pushing = await BeginStuckPushAsync(server, writer, source, cancel.Token);
        await cancel.CancelAsync();
        await pushing.Invoking(p => p.WaitAsync(Patience, Token)).Should().ThrowAsync<OperationCanceledException>();

        server.Relay.ListenAgain();
        var pushed = await writer.CommitAsync(Push(Size), Token).AsTask().WaitAsync(Patience, Token);
        (await source.ProbeAsync(Token).AsTask().WaitAsync(Patience, Token)).Should().Be(pushed);
    }

    /// <summary>Begins a push of which the server takes the first part only.</summary>
    private async Task<Task> BeginStuckPushAsync(AnyServer server, GitWriter writer, GitSource source, CancellationToken cancellationToken)
    {
        const int Large = 8 * Size;
        await CommitAsync();
        await NewestAsync(source).WaitAsync(Patience, Token);
        var full = server.Relay!.StopListeningAfter(Size);
        var pushing = writer.CommitAsync(Push(Large), cancellationToken).AsTask();
        var first = await Task.WhenAny(full, pushing).WaitAsync(Patience, Token);

        // A push that ended before the server stopped listening tells why.
        await first;
        first.Should().BeSameAs(full);
        return pushing;
    }

    private static GitCommit Push(int size) => new() { Message = "push", Changes = [GitFileChange.Write("b.bin", RandomNumberGenerator.GetBytes(size))] };

    /// <summary>One more try may find out first that a connection it kept is silent for ever.</summary>
    private async Task ForgetAsync(Task trying, GitSourceOptions options)
    {
        await _time.AdvanceUntilAsync(trying, options.Timeout);
        await trying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task CommitAsync() => await Upstream.CommitAsync("first", GitFileChange.Write("a.bin", RandomNumberGenerator.GetBytes(Size)));
}
