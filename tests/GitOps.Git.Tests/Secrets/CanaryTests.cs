using System.Reflection;
using System.Text;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace GitOps.Git.Tests.Secrets;

/// <summary>A canary in each place where a secret may be, and everything that can go wrong: no message, exception, log or file of the mirror ever holds one.</summary>
public sealed class CanaryTests : UpstreamTest
{
    private const string Canary = "cAnArY";

    private readonly FakeLogger<GitRepositoryPool> _log = new();
    private readonly List<string> _said = [];

    [Fact]
    public async Task Http_WhateverGoesWrong_NothingSecretIsSaid()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await using var proxy = TcpRelay.HttpProxy("Basic nobody");
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        Action<GitSourceOptions>[] credentials =
        [
            o => (o.Credentials.Username, o.Credentials.Password) = ($"{Canary}-user", $"{Canary}-password"),
            o => o.Credentials.BearerToken = $"{Canary}-token",
            o => o.Credentials.BearerToken = $"{Canary} token\nX-Injected: {Canary}",
            o => (o.Credentials.ClientCertificate, o.Credentials.ClientKey) = ($"-----BEGIN CERTIFICATE-----\n{Canary}\n-----END CERTIFICATE-----", $"-----BEGIN PRIVATE KEY-----\n{Canary}\n-----END PRIVATE KEY-----"),
            o => o.Credentials.CertificateAuthority = $"-----BEGIN CERTIFICATE-----\n{Canary}\n-----END CERTIFICATE-----",
            o => o.Credentials.Password = $"{Canary}-alone",
            o => (o.Proxy, o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) = (new Uri($"http://127.0.0.1:{proxy.Port}"), $"{Canary}-proxy", $"{Canary}-proxy"),
            o => o.Credentials.Username = GitSecret.From("a vault", _ => throw new IOException("the vault is shut")),
        ];
        Action[] faults =
        [
            () => { },
            () => server.Authorization = "Basic other",
            () => Answer(server, 403),
            () => Answer(server, 407),
            () => Answer(server, 500),
            () => server.Intercept = context =>
            {
                context.Response.Redirect($"http://{Canary.ToLowerInvariant()}-host.invalid/login");
                return Task.FromResult(true);
            },
            () => server.CutAfter = _ => 20,
            () => server.Intercept = async context =>
            {
                context.Response.ContentType = "application/x-git-upload-pack-advertisement";
                await context.Response.Body.WriteAsync("zzzz"u8.ToArray());
                return true;
            },
        ];
        foreach (var configure in credentials)
        {
            foreach (var fault in faults)
            {
                (server.Authorization, server.Intercept, server.CutAfter) = (null, null, null);
                fault();
                await TryAsync($"{server.Url}/repo.git", configure);
            }

            await TryAsync("http://127.0.0.1:1/repo.git", configure);
            await TryAsync("https://" + new Uri(server.Url).Authority + "/repo.git", configure);
        }

        _said.Should().HaveCountGreaterThan(50);
        NothingIsSaid();
    }

    [Fact]
    public async Task Ssh_WhateverGoesWrong_NothingSecretIsSaid()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"]);
        await using var proxy = TcpRelay.SocksProxy("other", "other");
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        SshServer.Keygen(server.Directory, "locked", "ed25519", $"{Canary}-passphrase");
        SshServer.Keygen(server.Directory, "stranger", "ed25519", $"{Canary}-passphrase");
        server.Authorize("locked.pub");
        var keys = new[] { "locked", "stranger" }.Select(server.Read).ToList();
        Action<GitSourceOptions>[] credentials =
        [
            o => (o.Credentials.PrivateKey, o.Credentials.Passphrase) = (keys[0], $"{Canary}-passphrase"),
            o => (o.Credentials.PrivateKey, o.Credentials.Passphrase) = (keys[1], $"{Canary}-passphrase"),
            o => (o.Credentials.PrivateKey, o.Credentials.Passphrase) = (keys[0], $"{Canary}-wrong"),
            o => o.Credentials.PrivateKey = keys[0],
            o => o.Credentials.PrivateKey = $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Canary}\n-----END OPENSSH PRIVATE KEY-----\n",
            o => o.Credentials.PrivateKey = $"{Canary}",
            o => (o.Credentials.PrivateKey, o.Credentials.Passphrase, o.Proxy, o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) =
                (keys[0], $"{Canary}-passphrase", new Uri($"socks5://127.0.0.1:{proxy.Port}"), $"{Canary}-proxy", $"{Canary}-proxy"),
        ];
        foreach (var configure in credentials)
        {
            foreach (var (url, knownHosts) in new[]
            {
                (server.Url(Upstream.Directory), server.KnownHosts),
                (server.Url("/nowhere.git"), server.KnownHosts),
                (server.Url(Upstream.Directory), ""),
                (server.Url(Upstream.Directory), "broken line"),
                ("ssh://git@127.0.0.1:1/x", server.KnownHosts),
            })
            {
                await TryAsync(url, o =>
                {
                    o.Credentials.KnownHosts = knownHosts;
                    configure(o);
                });
            }
        }

        _said.Should().HaveCountGreaterThan(25);
        var lines = keys.SelectMany(k => k.Split('\n')).Where(l => l.Length > 20 && !l.StartsWith('-')).ToList();
        _said.Should().NotContain(s => lines.Any(l => s.Contains(l, StringComparison.Ordinal)));
        NothingIsSaid();
    }

    [Fact]
    public async Task KeysAndSigners_WhateverGoesWrong_NothingSecretIsSaid()
    {
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        foreach (var signer in new IGitSigner[]
        {
            new SshSigner($"{Canary}", $"{Canary}"),
            new SshSigner($"-----BEGIN OPENSSH PRIVATE KEY-----\n{Canary}\n-----END OPENSSH PRIVATE KEY-----", $"{Canary}"),
            new OpenPgpSigner($"{Canary}", $"{Canary}"),
            new OpenPgpSigner($"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{Canary}\n-----END PGP PRIVATE KEY BLOCK-----", $"{Canary}"),
        })
        {
            Keep((await signer.Invoking(s => s.SignAsync(new byte[] { 1 }, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which);
        }

        foreach (var url in new[] { $"https://me:{Canary}@example.com/a.git", $"https://{Canary}@example.com/a.git", $"ssh://git:{Canary}@example.com/a.git" })
        {
            Keep(FluentActions.Invoking(() => new GitSource(new GitSourceOptions { Url = url })).Should().Throw<ArgumentException>().Which);
        }

        NothingIsSaid();
    }

    [Fact]
    public async Task Logs_OfEveryLevel_SayNothingSecret()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Authorization = $"Bearer {Canary}-token";
        using var pool = new GitRepositoryPool(logger: _log);
        using var source = Source($"{server.Url}/repo.git", o => o.Credentials.BearerToken = $"{Canary}-token", pool);
        Revision? whole = null;
        for (var i = 0; i <= 60; i++)
        {
            await Upstream.CommitAsync("next", GitFileChange.Write("a.yaml", $"{i}"));
            whole = (await NewestAsync(source)).Revision;
        }

        // All revisions that are in use but one are lost here, and the server replaced them.
        Directory.Delete(Path.Combine(FindMirror().Current, "objects", "pack"), recursive: true);
        ObjectCopy.CopyWithoutHistory(Upstream.Directory, FindMirror().Current, whole!.Digest, Token);
        Upstream.SetReference("refs/heads/main", null);
        await Upstream.CommitAsync("last", GitFileChange.Write("a.yaml", "last"));
        using var restarted = Source($"{server.Url}/repo.git", o => o.Credentials.BearerToken = $"{Canary}-token", new GitRepositoryPool(logger: _log));
        Text(await NewestAsync(restarted)).Should().Be("last");

        _log.Collector.GetSnapshot().Select(r => r.Id.Name).Distinct().Should().BeEquivalentTo(typeof(GitLog).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => $"Git{m.Name}"), "every message that there is was logged");
        NothingIsSaid();
    }

    [Fact]
    public void ToString_OptionsAndWhatIsMadeOfThem_SayNothing()
    {
        var options = new GitSourceOptions { Url = "https://example.com/a.git" };
        options.Credentials.Password = $"{Canary}";
        options.Credentials.Username = GitSecret.FromStream(new MemoryStream(Encoding.UTF8.GetBytes(Canary)));

        foreach (var said in new object[] { options, options.Credentials, options.Credentials.Password!, options.Credentials.Username!, ResolvedCredentials.None })
        {
            said.ToString().Should().NotContain(Canary);
        }
    }

    private static void Answer(GitHttpServer server, int status) => server.Intercept = async context =>
    {
        // Some servers repeat what they were sent.
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"you sent {context.Request.Headers.Authorization}"));
        return true;
    };

    private async Task TryAsync(string url, Action<GitSourceOptions> configure)
    {
        try
        {
            using var pool = new GitRepositoryPool(logger: _log);
            using var source = Source(url, o =>
            {
                o.Timeout = TimeSpan.FromSeconds(10);
                configure(o);
            }, pool);
            await NewestAsync(source);
        }
        catch (Exception exception) when (exception is GitOpsException or ArgumentException)
        {
            Keep(exception);
        }
    }

    private void Keep(Exception exception) => _said.Add(exception.ToString());

    private void NothingIsSaid()
    {
        string[] forms = [Canary, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Canary}-user:{Canary}-password")), Convert.ToHexString(Encoding.UTF8.GetBytes(Canary))];
        var files = Directory.Exists(Cache) ? Directory.EnumerateFiles(Cache, "*", SearchOption.AllDirectories).Select(f => Encoding.Latin1.GetString(File.ReadAllBytes(f))) : [];
        foreach (var text in _said.Concat(_log.Collector.GetSnapshot().Select(r => $"{r.Message} {r.Exception}")).Concat(files))
        {
            forms.Should().NotContain(f => text.Contains(f, StringComparison.Ordinal), "this was said: {0}", text[..Math.Min(500, text.Length)]);
        }
    }
}
