using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Faults;

/// <summary>SSH and Git's own protocol, cut below: anywhere in the handshake, the list of references, the pack or what the client says.</summary>
public sealed class CutConnectionTests : IDisposable
{
    private const int Files = 30;
    private const int Cuts = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly BareGitRepository _upstream;
    private readonly Random _random = new(20261123);

    public CutConnectionTests()
    {
        Directory.CreateDirectory(_directory["srv"]);
        _upstream = BareGitRepository.Create(_directory["srv/repo.git"]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _upstream.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task FetchAsync_GitDaemonCutAtRandomPositions_LastGoodRevisionIsServed()
    {
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        await using var daemon = await GitDaemon.StartAsync(_directory["srv"]);
        await using var relay = TcpRelay.To(daemon.Port);
        await CutAsync(relay, handshake: 0, Options($"git://127.0.0.1:{relay.Port}/repo.git"));
    }

    [Fact]
    public async Task FetchAsync_SshCutAtRandomPositions_LastGoodRevisionIsServed()
    {
        await using var server = await SshServer.StartAsync(_directory["ssh"]);
        await using var relay = TcpRelay.To(server.Port);
        await CutAsync(relay, handshake: 7_000, Options($"ssh://{server.User}@127.0.0.1:{relay.Port}{_upstream.Directory}", o =>
        {
            o.Credentials.PrivateKey = server.Read("user_ed25519");
            o.Credentials.KnownHosts = $"[127.0.0.1]:{relay.Port} {SshServer.KeyOf(server.HostKey)}\n";
        }));
    }

    private async Task CutAsync(TcpRelay relay, int handshake, GitSourceOptions options)
    {
        await CommitAsync(0);
        using var source = new GitSource(options);
        var good = await source.FetchAsync(await source.ProbeAsync(Token), Token);
        int cuts = 0, survived = 0, lastGood = 0;
        for (var round = 1; cuts < Cuts; round++)
        {
            await CommitAsync(round);
            relay.CutAfter(_random.NextInt64(handshake + (16_000 * (round - lastGood))));
            try
            {
                good = await source.FetchAsync(await source.ProbeAsync(Token), Token);
                survived++;
                lastGood = round;
            }
            catch (GitOpsException exception)
            {
                exception.Reason.Should().Be(Reasons.FetchFailed);
                cuts++;
            }

            TreeReader.ReadAll(good.Tree).Should().Be(Files);
            relay.CutAfter(0);
            using var restarted = new GitSource(options);
            TreeReader.ReadAll((await restarted.FetchAsync(good.Revision, Token)).Tree).Should().Be(Files);
        }

        relay.CutAfter(null);
        var healed = await source.FetchAsync(await source.ProbeAsync(Token), Token);

        TestContext.Current.TestOutputHelper?.WriteLine($"{cuts} fetches were cut, {survived} came through, {relay.Connections} connections");
        survived.Should().BePositive();
        TreeReader.ReadAll(healed.Tree).Should().Be(Files);
        var mirror = Directory.EnumerateDirectories(_directory["cache"]).Single();
        var current = Path.Combine(mirror, (await File.ReadAllTextAsync(Path.Combine(mirror, "current"), Token)).Trim());
        Tools.Run("git", ["--git-dir", current, "fsck", "--full", "--no-dangling"]);
    }

    private async Task CommitAsync(int round)
    {
        var content = new byte[300];
        await _upstream.CommitAsync($"round {round}", Enumerable.Range(0, Files).Select(i =>
        {
            _random.NextBytes(content);
            return GitFileChange.Write($"d{i % 3}/f{i}.yaml", $"{round} {i} {Convert.ToHexString(content)}");
        }));
    }

    private GitSourceOptions Options(string url, Action<GitSourceOptions>? configure = null)
    {
        var options = new GitSourceOptions { Url = url, CacheDirectory = _directory["cache"] };
        configure?.Invoke(options);
        return options;
    }
}
