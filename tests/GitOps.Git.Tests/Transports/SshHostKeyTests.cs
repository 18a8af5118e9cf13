using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Transports;

/// <summary>Host keys of every type, several of them, and certificates of authorities.</summary>
public sealed class SshHostKeyTests : UpstreamTest
{
    private static readonly string[] Types = ["ed25519", "rsa", "ecdsa"];

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    [InlineData("ed25519")]
    public async Task ProbeAsync_ServerWithSeveralKeys_IsAskedForTheKnownOne(string known)
    {
        await using var server = await StartAsync();
        SshServer.Keygen(server.Directory, "old", known);
        var host = $"[127.0.0.1]:{server.Port}";

        (await ProbeAsync(server, $"{host} {Key(server, $"host_{known}")}\n")).Should().Be("main");
        (await ProbeAsync(server, $"{host} {Key(server, "old")}\nother {Key(server, "old")}\n{host} {Key(server, $"host_{known}")}\n")).Should().Be("main", "several keys of a type may be known");
        (await RefusalAsync(server, $"{host} {Key(server, "old")}\n")).Should().Contain("not the one in known_hosts");
    }

    [Theory]
    [InlineData("ecdsa", "384")]
    [InlineData("ecdsa", "521")]
    [InlineData("rsa", "4096")]
    public async Task ProbeAsync_OtherKeySizes_AreTrusted(string type, string bits)
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"], null, d => SshServer.Keygen(d, "host_sized", type, "", "-b", bits), "host_sized");
        await CommitAsync();

        (await ProbeAsync(server, $"[127.0.0.1]:{server.Port} {Key(server, "host_sized")}\n")).Should().Be("main");
    }

    [Fact]
    public async Task ProbeAsync_AllKeysKnown_IsTrusted()
    {
        await using var server = await StartAsync();

        (await ProbeAsync(server, string.Concat(Types.Select(t => $"[127.0.0.1]:{server.Port} {Key(server, $"host_{t}")}\n")))).Should().Be("main");
    }

    [Fact]
    public async Task ProbeAsync_ServerWithSha1SignaturesOnly_IsRefused()
    {
        await using var server = await StartAsync("HostKeyAlgorithms ssh-rsa");

        (await RefusalAsync(server, $"[127.0.0.1]:{server.Port} {Key(server, "host_rsa")}\n")).Should().Contain("rsa-sha2-512");
    }

    [Theory]
    [InlineData("rsa-sha2-256")]
    [InlineData("rsa-sha2-512")]
    public async Task ProbeAsync_RsaKeyWithSha2_IsTrusted(string algorithm)
    {
        await using var server = await StartAsync($"HostKeyAlgorithms {algorithm}");

        (await ProbeAsync(server, $"[127.0.0.1]:{server.Port} {Key(server, "host_rsa")}\n")).Should().Be("main");
    }

    [Theory]
    [InlineData("ed25519", "ed25519", "-h", "-n", "127.0.0.1")]
    [InlineData("rsa", "ed25519", "-h", "-n", "127.0.0.1")]
    [InlineData("ecdsa", "ed25519", "-h", "-n", "127.0.0.1")]
    [InlineData("ed25519", "rsa", "-h", "-n", "127.0.0.1")]
    [InlineData("ed25519", "ecdsa", "-h", "-n", "127.0.0.1")]
    [InlineData("ed25519", "ed25519", "-h", "-n", "elsewhere.example,127.0.0.*")]
    [InlineData("ed25519", "ed25519", "-h", "-n", "127.0.0.1", "-V", "-1d:+1d")]
    public async Task ProbeAsync_CertificateThatHolds_IsTrusted(string authority, string type, params string[] signing)
    {
        await using var server = await StartWithCertificateAsync(authority, type, signing);

        (await ProbeAsync(server, $"@cert-authority [127.0.0.1]:{server.Port} {Key(server, "authority")}\n")).Should().Be("main");
        (await ProbeAsync(server, $"@cert-authority *,!elsewhere {Key(server, "old")}\n@cert-authority [*]:* {Key(server, "authority")}\n")).Should().Be("main");
    }

    [Theory]
    [InlineData("valid at this time", "-h", "-n", "127.0.0.1", "-V", "20200101:20200102")]
    [InlineData("valid at this time", "-h", "-n", "127.0.0.1", "-V", "20990101:20990102")]
    [InlineData("not for this host", "-h", "-n", "elsewhere.example")]
    [InlineData("not for this host", "-h")]
    [InlineData("not for a host", "-n", "127.0.0.1")]
    [InlineData("conditions that are not understood", "-h", "-n", "127.0.0.1", "-O", "critical:shoe-size@example.com=44")]
    public async Task ProbeAsync_CertificateThatDoesNotHold_IsRefused(string told, params string[] signing)
    {
        await using var server = await StartWithCertificateAsync("ed25519", "ed25519", signing);

        (await RefusalAsync(server, $"@cert-authority * {Key(server, "authority")}\n")).Should().Contain(told);
    }

    [Fact]
    public async Task ProbeAsync_CertificateOfAnotherHostsAuthority_IsRefused()
    {
        await using var server = await StartWithCertificateAsync("ed25519", "ed25519", "-h", "-n", "127.0.0.1");

        (await RefusalAsync(server, $"@cert-authority *.example.com {Key(server, "authority")}\n")).Should().Contain("not in known_hosts");
        (await RefusalAsync(server, $"@cert-authority * {Key(server, "old")}\n")).Should().Contain("authority");
        (await RefusalAsync(server, $"@cert-authority * {Key(server, "authority")}\n@revoked * {Key(server, "host_certified")}\n")).Should().Contain("revoked", "the key that was signed");
    }

    private static string Key(SshServer server, string name) => SshServer.KeyOf(server.Read($"{name}.pub"));

    private async Task<SshServer> StartAsync(params string[] options)
    {
        var server = await SshServer.StartAsync(
            Scratch["ssh"],
            options,
            d =>
            {
                SshServer.Keygen(d, "host_rsa", "rsa");
                SshServer.Keygen(d, "host_ecdsa", "ecdsa");
            },
            [.. Types.Select(t => $"host_{t}")]);
        await CommitAsync();
        return server;
    }

    private async Task<SshServer> StartWithCertificateAsync(string authority, string type, params string[] signing)
    {
        var directory = Scratch["ssh"];
        var server = await SshServer.StartAsync(
            directory,
            [$"HostCertificate {directory}/host_certified-cert.pub"],
            d =>
            {
                SshServer.Keygen(d, "authority", authority);
                SshServer.Keygen(d, "old", "ed25519");
                SshServer.Keygen(d, "host_certified", type);
                Tools.Run("ssh-keygen", ["-q", "-s", $"{d}/authority", "-I", "the host", .. signing, $"{d}/host_certified.pub"]);
            },
            "host_certified");
        await CommitAsync();
        return server;
    }

    private async Task CommitAsync() => await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));

    private async Task<string> RefusalAsync(SshServer server, string knownHosts)
    {
        var refused = (await this.Invoking(t => t.ProbeAsync(server, knownHosts)).Should().ThrowAsync<GitOpsException>()).Which;
        refused.Reason.Should().Be(GitReasons.HostKeyRefused, "{0}", refused.Message);
        return refused.Message;
    }

    private async Task<string> ProbeAsync(SshServer server, string knownHosts)
    {
        using var source = Source(server.Url(Upstream.Directory), o =>
        {
            server.Open(o);
            o.Credentials.KnownHosts = knownHosts;
        });
        return (await source.ProbeAsync(Token)).Name;
    }
}
