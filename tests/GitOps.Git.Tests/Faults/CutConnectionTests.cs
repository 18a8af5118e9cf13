using GitOps.Git.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace GitOps.Git.Tests.Faults;

/// <summary>Connections that are cut anywhere: in the handshake, the list of references, the pack or what the client says.</summary>
public sealed class CutConnectionTests : FaultTest
{
    private const int Cuts = 200;

    [Fact]
    public async Task FetchAsync_HttpCutAtRandomPositions_LastGoodRevisionIsServed()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await CutAsync(
            Options($"{server.Url}/repo.git"),
            (round, since) => server.CutAfter = context => HttpMethods.IsGet(context.Request.Method) ? (round % 5 == 0 ? Random.NextInt64(400) : null) : Random.NextInt64(24_000 * since),
            () => server.CutAfter = _ => 0,
            () => server.CutAfter = null);
    }

    [Fact]
    public async Task FetchAsync_GitDaemonCutAtRandomPositions_LastGoodRevisionIsServed()
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        await using var daemon = await GitDaemon.StartAsync(Served);
        await using var relay = TcpRelay.To(daemon.Port);
        await CutAsync(relay, handshake: 0, Options($"git://127.0.0.1:{relay.Port}/repo.git"));
    }

    [Fact]
    public async Task FetchAsync_SshCutAtRandomPositions_LastGoodRevisionIsServed()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await using var relay = TcpRelay.To(server.Port);
        await CutAsync(relay, handshake: 7_000, Options($"ssh://{server.User}@127.0.0.1:{relay.Port}{Upstream.Directory}", o => server.Open(o, relay.Port)));
    }

    private Task CutAsync(TcpRelay relay, int handshake, GitSourceOptions options) =>
        CutAsync(options, (_, since) => relay.CutAfter(Random.NextInt64(handshake + (16_000 * since))), () => relay.CutAfter(0), () => relay.CutAfter(null));

    /// <param name="options">What is followed.</param>
    /// <param name="cut">Cuts somewhere, given the round and how many rounds ago a fetch came through.</param>
    /// <param name="cutAll">Lets nothing through.</param>
    /// <param name="heal">Lets everything through.</param>
    private async Task CutAsync(GitSourceOptions options, Action<int, int> cut, Action cutAll, Action heal)
    {
        await CommitAsync(0);
        using var source = new GitSource(options);
        var good = await NewestAsync(source);
        int cuts = 0, survived = 0, lastGood = 0;
        for (var round = 1; cuts < Cuts; round++)
        {
            await CommitAsync(round);
            cut(round, round - lastGood);
            try
            {
                good = await NewestAsync(source);
                survived++;
                lastGood = round;
            }
            catch (GitOpsException exception)
            {
                exception.Reason.Should().Be(Reasons.FetchFailed);
                cuts++;
            }

            TreeReader.ReadAll(good.Tree).Should().Be(Files);
            cutAll();
            using var restarted = new GitSource(options);
            TreeReader.ReadAll((await restarted.FetchAsync(good.Revision, Token)).Tree).Should().Be(Files);
        }

        heal();
        var healed = await NewestAsync(source);

        TestContext.Current.TestOutputHelper?.WriteLine($"{cuts} fetches were cut, {survived} came through");
        survived.Should().BePositive();
        TreeReader.ReadAll(healed.Tree).Should().Be(Files);
        Fsck();
    }
}
