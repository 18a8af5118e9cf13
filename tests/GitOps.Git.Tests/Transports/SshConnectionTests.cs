using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Transports;

/// <summary>The one SSH connection that is kept: alive while it is idle, and made anew when it broke, whether anybody said so or not.</summary>
public sealed class SshConnectionTests : UpstreamTest
{
    [Fact]
    public async Task ProbeAsync_ServerRestarted_ConnectsAnew()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source(server.Url(Upstream.Directory), o => server.Open(o));
        await NewestAsync(source);

        for (var restart = 0; restart < 3; restart++)
        {
            await server.RestartAsync();
            var revision = await Upstream.CommitAsync("next", GitFileChange.Write("a.yaml", $"after {restart}"));

            (await source.ProbeAsync(Token)).Should().Be(revision);
            Text(await source.FetchAsync(revision, Token)).Should().Be($"after {restart}");
        }
    }

    [Fact]
    public async Task ProbeAsync_ConnectionThatNobodySaidIsGone_IsReplaced()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await ServeAsync("ssh", relayed: true);
        var options = server.Options();
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = new GitSource(options, new GitRepositoryPool(time));
        await source.ProbeAsync(Token);

        var silent = server.Relay!.HoldAfter(0);
        var probing = source.ProbeAsync(Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        server.Relay.Abandon();
        await time.AdvanceUntilAsync(probing, options.Timeout);
        await ((Task)probing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        (await source.ProbeAsync(Token).AsTask().WaitAsync(Patience, Token)).Name.Should().Be("main");
        server.Relay.Connections.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task ProbeAsync_IdleConnection_IsKeptAlive()
    {
        await using var server = await ServeAsync("ssh", relayed: true);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = new GitSource(server.Options(o => o.KeepAlive = TimeSpan.FromMilliseconds(50)));
        await source.ProbeAsync(Token);

        // The farewell of the channel is small; what goes on and on while nobody asks is what keeps the connection.
        await server.Relay!.HearAsync(2_000).WaitAsync(Patience, Token);

        await source.ProbeAsync(Token);
        server.Relay.Connections.Should().Be(1);
    }
}
