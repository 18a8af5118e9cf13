using System.Security.Cryptography;
using System.Text;
using GitOps.Helm.Tests.Charts;

namespace GitOps.Helm.Tests.Repositories;

public sealed class HelmRepositoryClientTests
{
    private static readonly byte[] Package = ChartBuilder.Package(("demo/Chart.yaml", ChartBuilder.ChartYaml), ("demo/.helmignore", "values.yaml"), ("demo/values.yaml", "a: 1"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_Range_TakesTheNewestRelease()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Serve("/charts/index.yaml", Index("demo-1.2.3.tgz", Hash(Package)));
        server.Serve("/charts/demo-1.2.3.tgz", Package);
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = new Uri(server.Url, "/charts") });

        var chart = await client.LoadAsync("demo", "1.x", Cancellation);

        chart.Version.Should().Be("1.2.3");
    }

    [Fact]
    public async Task DownloadAsync_OtherDigest_IsRefused()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Serve("/demo.tgz", Package);
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url });

        var act = () => client.DownloadAsync(new HelmChartVersion("demo", "1.2.3", ["demo.tgz"]) { Digest = new string('0', 64) }, Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Reason.Should().Be(Reasons.VerificationFailed);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "Basic dTpwQHNz")]
    public async Task DownloadAsync_OtherHost_GetsCredentialsOnlyWhenAsked(bool passCredentials, string authorization)
    {
        await using var repository = await RepositoryServer.StartAsync();
        await using var other = await RepositoryServer.StartAsync();
        repository.Serve("/index.yaml", Index(new Uri(other.Url, "/demo.tgz").AbsoluteUri, ""));
        other.Serve("/demo.tgz", Package);
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = repository.Url, Username = "u", Password = "p@ss", PassCredentials = passCredentials });

        await client.LoadAsync("demo", "", Cancellation);

        repository.Authorizations["/index.yaml"].Should().Be("Basic dTpwQHNz");
        other.Authorizations["/demo.tgz"].Should().Be(authorization);
    }

    [Fact]
    public async Task GetIndexAsync_Redirect_DoesNotCarryCredentials()
    {
        await using var repository = await RepositoryServer.StartAsync();
        await using var other = await RepositoryServer.StartAsync();
        repository.Files["/index.yaml"] = context =>
        {
            context.Response.Redirect(new Uri(other.Url, "/index.yaml").AbsoluteUri);
            return Task.CompletedTask;
        };
        other.Serve("/index.yaml", Index("demo.tgz", ""));
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = repository.Url, Username = "u", Password = "secret" });

        await client.GetIndexAsync(Cancellation);

        other.Authorizations["/index.yaml"].Should().BeEmpty();
    }

    [Fact]
    public async Task LoadAsync_IndexSendsToARegistry_SaysWhatToDo()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Serve("/index.yaml", Index("oci://registry.example.com/charts/demo:1.2.3", ""));
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url });

        var act = () => client.LoadAsync("demo", "", Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Message.Should().Contain("oci://registry.example.com/charts/demo:1.2.3 is an OCI registry").And.Contain("ISource");
    }

    [Fact]
    public void Create_AddressOfARegistry_SaysWhatToDo() =>
        FluentActions.Invoking(() => new HelmRepositoryClient(new HelmRepositoryOptions { Url = new Uri("oci://registry.example.com/charts") }))
            .Should().Throw<ArgumentException>().WithMessage("oci://registry.example.com/charts is an OCI registry*");

    [Fact]
    public async Task GetIndexAsync_UnchangedIndex_IsNotSentAgain()
    {
        await using var server = await RepositoryServer.StartAsync();
        var tag = "\"one\"";
        var sent = 0;
        server.Files["/index.yaml"] = context =>
        {
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            sent++;
            return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Index($"{tag.Trim('"')}.tgz", ""))).AsTask();
        };
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url });

        await client.GetIndexAsync(Cancellation);
        (await client.GetIndexAsync(Cancellation)).Find("demo").Urls.Should().Equal("one.tgz");
        sent.Should().Be(1);
        tag = "\"two\"";
        (await client.GetIndexAsync(Cancellation)).Find("demo").Urls.Should().Equal("two.tgz");
    }

    [Fact]
    public async Task GetIndexAsync_TooLarge_IsRefusedWhateverTheServerSays()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Files["/index.yaml"] = async context =>
        {
            // Chunked: no length is announced.
            for (var i = 0; i < 100; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1000]);
            }
        };
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url, MaxIndexSize = 5000 });

        var act = () => client.GetIndexAsync(Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Reason.Should().Be(Reasons.LimitExceeded);
    }

    [Theory]
    [InlineData(401, Reasons.AuthenticationFailed)]
    [InlineData(404, Reasons.NotFound)]
    [InlineData(503, Reasons.FetchFailed)]
    public async Task GetIndexAsync_Refused_GivesTheReasonAndNoSecret(int status, string reason)
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Files["/index.yaml"] = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = new UriBuilder(server.Url) { UserName = "u", Password = "secret", Query = "token=secret" }.Uri, Username = "u", Password = "secret" });

        var act = () => client.GetIndexAsync(Cancellation).AsTask();

        var error = (await act.Should().ThrowAsync<HelmException>()).Which;
        error.Reason.Should().Be(reason);
        error.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task GetIndexAsync_ServerThatNeverAnswers_EndsWithTheTimeout()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Files["/index.yaml"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url, Timeout = TimeSpan.FromMilliseconds(100) });

        var act = () => client.GetIndexAsync(Cancellation).AsTask();

        (await act.Should().ThrowAsync<HelmException>()).Which.Reason.Should().Be(Reasons.Timeout);
    }

    [Fact]
    public async Task GetIndexAsync_Cancelled_Ends()
    {
        await using var server = await RepositoryServer.StartAsync();
        using var source = new CancellationTokenSource();
        server.Files["/index.yaml"] = async context =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var client = new HelmRepositoryClient(new HelmRepositoryOptions { Url = server.Url });

        var act = () => client.GetIndexAsync(source.Token).AsTask();

        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task GetIndexAsync_ClientCertificateAndOwnAuthority_AreUsed()
    {
        using var authority = TestCertificate.Create("localhost");
        using var client = TestCertificate.Create("client");
        await using var server = await RepositoryServer.StartAsync(authority, askForClientCertificate: true);
        server.Serve("/index.yaml", Index("demo.tgz", ""));
        var url = new UriBuilder(server.Url) { Scheme = "https", Host = "localhost" }.Uri;
        using var trusting = new HelmRepositoryClient(new HelmRepositoryOptions { Url = url, ClientCertificate = client, CertificateAuthorities = [authority] });
        using var strict = new HelmRepositoryClient(new HelmRepositoryOptions { Url = url, ClientCertificate = client });

        (await trusting.GetIndexAsync(Cancellation)).Charts.Should().Contain("demo");
        var act = () => strict.GetIndexAsync(Cancellation).AsTask();
        (await act.Should().ThrowAsync<HelmException>()).Which.Reason.Should().Be(Reasons.FetchFailed);
    }

    [Fact]
    public async Task Source_ProbeAndFetch_GivesTheChartsFiles()
    {
        await using var server = await RepositoryServer.StartAsync();
        server.Serve("/index.yaml", Index("demo.tgz", Hash(Package)));
        server.Serve("/demo.tgz", Package);
        using var source = new HelmRepositorySource(new HelmRepositoryOptions { Url = server.Url }, "demo");

        var revision = await source.ProbeAsync(Cancellation);
        var artifact = await source.FetchAsync(revision, Cancellation);

        revision.ToString().Should().Be($"1.2.3@sha256:{Hash(Package)}");
        HelmChart.LoadDirectory(artifact.Tree, TreePath.Root, cancellationToken: Cancellation).Root.Values.Should().ContainKey("a");
    }

    [Theory]
    [InlineData("", "1.2.3")]
    [InlineData(">=0.9, <1.2", "1.1.0")]
    [InlineData("2.0.0-beta", "2.0.0-beta")]
    [InlineData(">0.0.0-0", "2.0.0-beta")]
    [InlineData("v1.1.0", "1.1.0")]
    public void Find_Range_FollowsHelm(string range, string version) =>
        HelmRepositoryIndex.Parse(Encoding.UTF8.GetBytes(Index("x.tgz", ""))).Find("demo", range).Version.Should().Be(version);

    [Theory]
    [InlineData("other", "", "no chart 'other'")]
    [InlineData("demo", "^9", "no chart version found for demo-^9")]
    [InlineData("demo", "not a range", "improper constraint")]
    public void Find_Nothing_SaysSo(string chart, string range, string message)
    {
        var act = () => HelmRepositoryIndex.Parse(Encoding.UTF8.GetBytes(Index("x.tgz", ""))).Find(chart, range);

        act.Should().Throw<HelmException>().Which.Message.Should().Contain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>not an index</html>")]
    [InlineData("entries: {}")]
    [InlineData("a: [")]
    public void Parse_NoIndex_Fails(string text)
    {
        var act = () => HelmRepositoryIndex.Parse(Encoding.UTF8.GetBytes(text));

        act.Should().Throw<HelmException>().Which.Reason.Should().Be(Reasons.FetchFailed);
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Index(string url, string digest) => $"""
        apiVersion: v1
        entries:
          demo:
          - {"{"}name: demo, version: 1.1.0, urls: [old.tgz]{"}"}
          - {"{"}name: demo, version: 2.0.0-beta, urls: [beta.tgz]{"}"}
          - {"{"}name: demo, version: nonsense, urls: [x.tgz]{"}"}
          - name: demo
            version: 1.2.3
            digest: "{digest}"
            urls: ["{url}"]
        """;
}
