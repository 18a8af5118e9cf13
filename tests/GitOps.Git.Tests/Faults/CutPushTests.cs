using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Faults;

/// <summary>Pushes that are cut anywhere, also after the server took them: whoever tries again until it works has made each commit once.</summary>
public sealed class CutPushTests : UpstreamTest
{
    private readonly Random _random = new(20261124);

    [Theory]
    [InlineData("http", 0, 50)]
    [InlineData("ssh", 7_000, 15)]
    public async Task CommitAsync_CutAtRandomPositions_LandsOnceWhenItIsTriedAgain(string transport, int handshake, int wanted)
    {
        await using var server = await ServeAsync(transport, relayed: true);
        var options = server.Options();
        var last = await Upstream.CommitAsync("first", GitFileChange.Write("a.bin", "0"));
        using var writer = new GitWriter(options);
        var content = new byte[4_000];
        int cuts = 0, rounds = 0, landedThoughCut = 0;
        while (cuts < wanted)
        {
            _random.NextBytes(content);
            var commit = new GitCommit { Message = $"round {++rounds}", Changes = [GitFileChange.Write("a.bin", content.ToArray())], Base = last };
            server.Relay!.CutAfter(_random.NextInt64(handshake + 10_000));
            try
            {
                await writer.CommitAsync(commit, Token).AsTask().WaitAsync(Patience, Token);
            }
            catch (GitOpsException exception)
            {
                exception.Reason.Should().Be(Reasons.FetchFailed);
                cuts++;
                landedThoughCut += Head() == last.Digest ? 0 : 1;
            }

            server.Relay.CutAfter(null);
            last = await writer.CommitAsync(commit, Token).AsTask().WaitAsync(Patience, Token);
            Head().Should().Be(last.Digest);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds} commits, {cuts} pushes were cut, {landedThoughCut} of them after the server took them");
        Tools.Run("git", ["-C", Upstream.Directory, "log", "--format=%s", "main"]).Trim().Split('\n').Should().Equal([.. Enumerable.Range(1, rounds).Reverse().Select(r => $"round {r}"), "first"]);
        Tools.Run("git", ["-C", Upstream.Directory, "fsck", "--strict"]);
    }

    private string Head() => Tools.Run("git", ["-C", Upstream.Directory, "rev-parse", "main"]).Trim();
}
