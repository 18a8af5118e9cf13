using System.Net;
using System.Net.Sockets;
using System.Text;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Transports;

public sealed class SshTransportTests() : UpstreamTest("repo with 'quote.git")
{
    [Fact]
    public async Task FetchAsync_Ed25519_FetchesAndFollowsOverOneConnection()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        var first = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source(server);

        var artifact = await NewestAsync(source);
        await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        var next = await NewestAsync(source);

        artifact.Revision.Should().Be(first);
        Text(next).Should().Be("2");
    }

    [Theory]
    [InlineData("ecdsa", "")]
    [InlineData("rsa", "")]
    [InlineData("ed25519", "open sesame")]
    [InlineData("rsa", "open sesame")]
    public async Task FetchAsync_OtherKeys_AreAccepted(string type, string passphrase)
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        SshServer.Keygen(server.Directory, "other", type, passphrase);
        server.Authorize("other.pub");
        using var source = Source(server, o =>
        {
            o.Credentials.PrivateKey = GitSecret.FromFile(Path.Combine(server.Directory, "other"));
            o.Credentials.Passphrase = passphrase.Length == 0 ? null : passphrase;
        });

        Text(await NewestAsync(source)).Should().Be("1");
    }

    [Fact]
    public async Task ProbeAsync_KeyOrPassphraseMissingOrWrong_SaysWhich()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        SshServer.Keygen(server.Directory, "locked", "ed25519", "open sesame");
        SshServer.Keygen(server.Directory, "stranger", "ed25519");

        (await Failure(server, o => o.Credentials.PrivateKey = null)).Message.Should().Contain("Credentials.PrivateKey");
        (await Failure(server, o => o.Credentials.PrivateKey = server.Read("locked"))).Message.Should().Contain("Credentials.Passphrase");
        var wrong = await Failure(server, o => (o.Credentials.PrivateKey, o.Credentials.Passphrase) = (server.Read("locked"), "simsalabim"));
        wrong.Message.Should().Contain("passphrase is wrong");
        wrong.ToString().Should().NotContain("simsalabim");
        (await Failure(server, o => o.Credentials.PrivateKey = "nonsense")).Reason.Should().Be(Reasons.AuthenticationFailed);
        (await Failure(server, o => o.Credentials.PrivateKey = server.Read("stranger"))).Reason.Should().Be(Reasons.AuthenticationFailed);
    }

    [Fact]
    public async Task ProbeAsync_HostKey_IsCheckedStrictly()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        SshServer.Keygen(server.Directory, "imposter", "ed25519");
        var host = $"[127.0.0.1]:{server.Port}";
        var key = SshServer.KeyOf(server.HostKey);
        var other = SshServer.KeyOf(server.Read("imposter.pub"));
        var fingerprint = Tools.Run("ssh-keygen", ["-lf", Path.Combine(server.Directory, "host_ed25519.pub")]).Split(' ')[1];

        await Refused(null, "Credentials.KnownHosts");
        await Refused("", fingerprint);
        await Refused($"elsewhere {key}\n", fingerprint);
        await Refused($"127.0.0.1 {key}\n", fingerprint);
        await Refused($"{host} {other}\n", "not the one in known_hosts");
        await Refused($"{host} {other}\n", fingerprint);
        await Refused($"{host} {key}\n@revoked * {key}\n", "revoked");
        await Refused($"{host},!{host} {key}\n", fingerprint);
        await Refused($"@cert-authority {host} {key}\n", fingerprint);
        await Refused($"{host} {key.Replace("ssh-ed25519 AAAA", "ssh-rsa AAAA", StringComparison.Ordinal)}\n", "type");

        async Task Refused(string? knownHosts, string told)
        {
            var failure = await Failure(server, o => o.Credentials.KnownHosts = knownHosts);
            failure.Reason.Should().Be(GitReasons.HostKeyRefused, "{0}", knownHosts);
            failure.Message.Should().Contain(told);
        }
    }

    [Fact]
    public async Task ProbeAsync_HashedAndWildcardHosts_AreTrusted()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        SshServer.Keygen(server.Directory, "old", "ed25519");
        await File.WriteAllTextAsync(Scratch["known"], server.KnownHosts, Token);
        Tools.Run("ssh-keygen", ["-q", "-H", "-f", Scratch["known"]]);
        var hashed = await File.ReadAllTextAsync(Scratch["known"], Token);
        hashed.Should().StartWith("|1|");

        foreach (var knownHosts in new[]
        {
            hashed,
            $"# a comment\n[127.0.0.*]:{server.Port} {SshServer.KeyOf(server.HostKey)} and a comment\n",
            $"{server.KnownHosts.Split(' ')[0]} {SshServer.KeyOf(server.Read("old.pub"))}\n{server.KnownHosts}",
        })
        {
            using var source = Source(server, o => o.Credentials.KnownHosts = knownHosts);
            (await source.ProbeAsync(Token)).Name.Should().Be("main");
        }
    }

    [Fact]
    public async Task ProbeAsync_HostCertificate_IsHonoured()
    {
        await using var server = await SshServer.StartAsync(
            Scratch["ssh"],
            [$"HostCertificate {Scratch["ssh"]}/host_ed25519-cert.pub"],
            directory =>
            {
                SshServer.Keygen(directory, "authority", "ed25519");
                Tools.Run("ssh-keygen", ["-q", "-s", $"{directory}/authority", "-I", "the host", "-h", "-n", "127.0.0.1", $"{directory}/host_ed25519.pub"]);
            });
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var authority = SshServer.KeyOf(server.Read("authority.pub"));
        using var source = Source(server, o => o.Credentials.KnownHosts = $"@cert-authority [127.0.0.1]:* {authority}\n");

        (await source.ProbeAsync(Token)).Name.Should().Be("main");
        (await Failure(server, o => o.Credentials.KnownHosts = $"@cert-authority * {authority}\n@revoked * {authority}\n")).Message.Should().Contain("revoked");
        (await Failure(server, o => o.Credentials.KnownHosts = $"@cert-authority * {SshServer.KeyOf(server.Read("user_ed25519.pub"))}\n")).Message.Should().Contain("authority");
    }

    [Fact]
    public async Task ProbeAsync_NoRepository_TellsWhatTheServerSays()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);

        (await Failure(server, o => o.Url = server.Url("/nowhere.git"))).Message.Should().Contain("nowhere.git").And.Contain("does not appear to be a git repository");
    }

    [Fact]
    public async Task ProbeAsync_ServerGone_SaysSo()
    {
        var first = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source(first);
        await source.ProbeAsync(Token);
        await first.DisposeAsync();

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.FetchFailed);
    }

    [Theory]
    [InlineData("http", null)]
    [InlineData("http", "s3cret")]
    [InlineData("socks5", null)]
    [InlineData("socks5", "s3cret")]
    public async Task FetchAsync_Proxy_IsUsedWithItsCredentials(string scheme, string? password)
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await using var proxy = scheme == "http"
            ? TcpRelay.HttpProxy(password is null ? null : $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"me:{password}"))}")
            : TcpRelay.SocksProxy(password is null ? null : "me", password);
        using var source = Source(server, o =>
        {
            o.Proxy = new Uri($"{scheme}://127.0.0.1:{proxy.Port}");
            (o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) = password is null ? default : ((GitSecret?)"me", (GitSecret?)password);
        });

        Text(await NewestAsync(source)).Should().Be("1");
        proxy.Connections.Should().Be(1);
        if (password is not null)
        {
            var refused = await Failure(server, o => (o.Proxy, o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) = (new Uri($"{scheme}://127.0.0.1:{proxy.Port}"), "me", "wr0ng"));
            refused.Message.Should().Contain("proxy").And.NotContain("wr0ng");
            refused.ToString().Should().NotContain("wr0ng");
        }
    }

    [Fact]
    public async Task ProbeAsync_SilentProxy_EndsWithCancellation()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var source = Source(server, o => o.Proxy = new Uri($"socks5://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var probing = source.ProbeAsync(cancel.Token).AsTask();
        using var connection = await listener.AcceptTcpClientAsync(Token);

        await cancel.CancelAsync();

        await probing.Invoking(p => p.WaitAsync(TimeSpan.FromSeconds(10), Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("https://proxy:3128")]
    [InlineData("socks5://me:s3cret@proxy:1080")]
    public void Constructor_ProxyThatCannotWork_IsRefused(string proxy) =>
        FluentActions.Invoking(() => new GitSource(new GitSourceOptions { Url = "ssh://git@example.com/a.git", Proxy = new Uri(proxy) }))
            .Should().Throw<ArgumentException>().Which.Message.Should().Contain("Proxy must be").And.NotContain("s3cret");

    private async Task<GitOpsException> Failure(SshServer server, Action<GitSourceOptions> configure)
    {
        using var source = Source(server, configure);
        return (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
    }

    private GitSource Source(SshServer server, Action<GitSourceOptions>? configure = null)
    {
        return Source(server.Url(Uri.EscapeDataString(Upstream.Directory).Replace("%2F", "/", StringComparison.Ordinal)), o =>
        {
            server.Open(o);
            configure?.Invoke(o);
        });
    }
}
