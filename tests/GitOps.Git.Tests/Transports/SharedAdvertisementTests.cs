using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Transports;

/// <summary>All who follow a repository with the same credentials share one look at its references, and one connection.</summary>
public sealed class SharedAdvertisementTests : UpstreamTest
{
    private const int Sources = 50;

    [Fact]
    public async Task ProbeAsync_ManySourcesOverHttps_AskOnce()
    {
        using var certificate = TestCertificate.Make();
        await using var server = await GitHttpServer.StartAsync(Served, certificate);
        await using var relay = TcpRelay.To(new Uri(server.Url).Port);
        await ProbeAsync(relay, $"https://127.0.0.1:{relay.Port}/repo.git", (o, _) =>
        {
            o.Credentials.CertificateAuthority = certificate.ExportCertificatePem();
            o.Credentials.BearerToken = "tok";
        });

        server.Advertisements.Should().Be(2, "one was under way when the others came, who share the next");

        using var other = Source($"https://127.0.0.1:{relay.Port}/repo.git", o =>
        {
            o.Credentials.CertificateAuthority = certificate.ExportCertificatePem();
            o.Credentials.BearerToken = "another";
        });
        await other.ProbeAsync(Token);
        server.Advertisements.Should().Be(3, "nobody sees through the eyes of others");
    }

    [Fact]
    public async Task ProbeAsync_ManySourcesOverSsh_AskOnceOverOneConnection()
    {
        await using var server = await SshServer.StartAsync(Scratch["ssh"], [SshServer.RecordCommands(Scratch["ssh"])]);
        await using var relay = TcpRelay.To(server.Port);
        await ProbeAsync(relay, $"ssh://{server.User}@127.0.0.1:{relay.Port}{Upstream.Directory}", (o, _) => server.Open(o, relay.Port));

        server.Commands.Should().HaveCount(2).And.OnlyContain(c => c.StartsWith("git-upload-pack ", StringComparison.Ordinal));
        relay.Connections.Should().Be(1);
    }

    /// <summary>One asks, and while the server thinks about it all others do.</summary>
    private async Task ProbeAsync(TcpRelay relay, string url, Action<GitSourceOptions, int> open)
    {
        var revision = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var pool = new GitRepositoryPool();
        var sources = Enumerable.Range(0, Sources).Select(i => Source(
            url,
            o =>
            {
                open(o, i);

                // Who follows what, and looks at which files, does not matter.
                (o.Reference.Branch, o.Ignore) = (i % 2 == 0 ? "main" : null, $"d{i}/");
            },
            pool)).ToList();
        var silent = relay.HoldAfter(0);
        var first = sources[0].ProbeAsync(Token).AsTask();
        await silent.WaitAsync(Patience, Token);
        var others = sources.Skip(1).Select(s => s.ProbeAsync(Token).AsTask()).ToList();
        relay.Release();

        await first;
        (await Task.WhenAll(others)).Should().AllBeEquivalentTo(revision);
        sources.ForEach(s => s.Dispose());
    }

    [Theory]
    [InlineData("local")]
    [InlineData("git")]
    [InlineData("http")]
    public async Task ProbeAsync_MoreReferencesThanTheLimit_IsRefused(string transport)
    {
        await using var server = await ServeAsync(transport);
        var revision = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        Upstream.SetReference("refs/heads/second", revision);
        using var source = new GitSource(server.Options(o => o.Limits.References = 1));

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.LimitExceeded);
    }
}
