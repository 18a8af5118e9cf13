using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using GitOps.Git.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace GitOps.Git.Tests.Transports;

public sealed class HttpTransportTests : UpstreamTest
{
    [Fact]
    public async Task FetchAsync_PlainHttp_FetchesAndFollows()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        var first = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source($"{server.Url}/repo.git");

        var artifact = await NewestAsync(source);
        var second = await Upstream.CommitAsync("second", GitFileChange.Write("a.yaml", "2"));
        var next = await NewestAsync(source);

        (server.Advertisements, server.Posts).Should().Be((2, 2), "a probe and the fetch after it share one list of references");
        artifact.Revision.Should().Be(first);
        next.Revision.Should().Be(second);
        Text(next).Should().Be("2");
    }

    [Fact]
    public async Task ProbeAsync_NothingMoved_AsksOnceAndFetchesNothing()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source($"{server.Url}/repo.git");
        await NewestAsync(source);
        var (advertisements, posts) = (server.Advertisements, server.Posts);

        var revision = await source.ProbeAsync(Token);
        await source.FetchAsync(revision, Token);

        (server.Advertisements - advertisements).Should().Be(1);
        (server.Posts - posts).Should().Be(0);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("me", "wrong", null)]
    [InlineData(null, null, "wrong")]
    public async Task ProbeAsync_WrongCredentials_SaysSoOnceAndHidesThem(string? user, string? password, string? token)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Authorization = "Basic " + Convert.ToBase64String("me:s3cret"u8);
        using var source = Source($"{server.Url}/repo.git", o => Credentials(o, user, password, token));

        var refused = (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;

        refused.Reason.Should().Be(Reasons.AuthenticationFailed);
        refused.ToString().Should().NotContain("wrong");
        server.Advertisements.Should().Be(1);
    }

    [Theory]
    [InlineData("me", "s3cret", null, "Basic bWU6czNjcmV0")]
    [InlineData(null, null, "tok", "Bearer tok")]
    public async Task FetchAsync_Credentials_AreSent(string? user, string? password, string? token, string expected)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Authorization = expected;
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source($"{server.Url}/repo.git", o => Credentials(o, user, password, token));

        Text(await NewestAsync(source)).Should().Be("1");
    }

    [Fact]
    public async Task ProbeAsync_RotatedSecret_IsReadAnew()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        await File.WriteAllTextAsync(Scratch["token"], "old\n", Token);
        using var source = Source($"{server.Url}/repo.git", o => o.Credentials.BearerToken = GitSecret.FromFile(Scratch["token"]));
        server.Authorization = "Bearer old";
        await source.ProbeAsync(Token);

        server.Authorization = "Bearer new";
        await File.WriteAllTextAsync(Scratch["token"], "new\n", Token);

        (await source.ProbeAsync(Token)).Name.Should().Be("main");
    }

    [Fact]
    public async Task FetchAsync_Https_TrustsTheGivenAuthorityOnly()
    {
        using var certificate = TestCertificate.Make();
        await using var server = await GitHttpServer.StartAsync(Served, certificate);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var distrusting = Source($"{server.Url}/repo.git");
        using var trusting = Source($"{server.Url}/repo.git", o => o.Credentials.CertificateAuthority = certificate.ExportCertificatePem());

        var refused = (await distrusting.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;

        refused.Reason.Should().Be(GitReasons.CertificateRefused);
        Text(await NewestAsync(trusting)).Should().Be("1");
    }

    [Fact]
    public async Task FetchAsync_ClientCertificate_IsPresented()
    {
        using var certificate = TestCertificate.Make();
        using var client = TestCertificate.Make("CN=client");
        using var key = client.GetRSAPrivateKey()!;
        await using var server = await GitHttpServer.StartAsync(Served, certificate, wantsClientCertificate: true);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        using var source = Source($"{server.Url}/repo.git", o =>
        {
            o.Credentials.CertificateAuthority = certificate.ExportCertificatePem();
            o.Credentials.ClientCertificate = client.ExportCertificatePem();
            o.Credentials.ClientKey = key.ExportPkcs8PrivateKeyPem();
        });

        await NewestAsync(source);
        server.LastClientCertificate!.Thumbprint.Should().Be(client.Thumbprint);

        await using var other = await GitHttpServer.StartAsync(Served, certificate, wantsClientCertificate: true);
        server.Intercept = context =>
        {
            context.Response.Redirect($"https://localhost:{new Uri(other.Url).Port}{context.Request.Path}{context.Request.QueryString}");
            return Task.FromResult(true);
        };
        await source.ProbeAsync(Token);
        other.Advertisements.Should().Be(1);
        other.LastClientCertificate.Should().BeNull("it is for the other host only");
    }

    [Fact]
    public async Task ProbeAsync_Redirect_IsFollowedWithCredentialsOnTheSameHostOnly()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await using var other = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        server.Authorization = "Bearer tok";
        server.Intercept = context =>
        {
            var path = context.Request.Path.Value!;
            var to = path.StartsWith("/moved", StringComparison.Ordinal) ? $"/repo.git{path[6..]}" : path.StartsWith("/away", StringComparison.Ordinal) ? $"{other.Url}/repo.git{path[5..]}" : null;
            if (to is not null)
            {
                context.Response.Redirect(to + context.Request.QueryString, permanent: true);
            }

            return Task.FromResult(to is not null);
        };
        using var moved = Source($"{server.Url}/moved", o => o.Credentials.BearerToken = "tok");
        using var away = Source($"{server.Url}/away", o => o.Credentials.BearerToken = "tok");
        using var strict = Source($"{server.Url}/moved", o => (o.Credentials.BearerToken, o.FollowRedirects) = ("tok", false));

        Text(await NewestAsync(moved)).Should().Be("1");
        await away.ProbeAsync(Token);

        other.LastAuthorization.Should().BeEmpty();
        (await strict.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("redirects");
    }

    [Fact]
    public async Task ProbeAsync_SilentServer_EndsWithCancellationAndWithTimeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        using var source = Source($"{url}/repo.git");
        using var hasty = Source($"{url}/repo.git", o => o.Timeout = TimeSpan.FromMilliseconds(200));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var probing = source.ProbeAsync(cancel.Token).AsTask();
        using var connection = await listener.AcceptTcpClientAsync(Token);
        (await connection.GetStream().ReadAsync(new byte[1], Token)).Should().Be(1, "the request came");

        await cancel.CancelAsync();

        await probing.Invoking(p => p).Should().ThrowAsync<OperationCanceledException>();
        await Drain(connection.GetStream()).WaitAsync(TimeSpan.FromSeconds(30), Token);
        (await hasty.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.Timeout);
    }

    [Fact]
    public async Task FetchAsync_ServerFallsSilent_CancellationEndsIt()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        var revision = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var reached = new TaskCompletionSource();
        server.Intercept = async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            }

            return false;
        };
        using var source = Source($"{server.Url}/repo.git");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await source.ProbeAsync(Token);
        var fetching = source.FetchAsync(revision, cancel.Token).AsTask();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await cancel.CancelAsync();

        await fetching.Invoking(f => f.WaitAsync(TimeSpan.FromSeconds(10), Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task ProbeAsync_NoGitServer_SaysSo()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Intercept = async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>login</html>");
            return true;
        };
        using var source = Source($"{server.Url}/repo.git");

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("not Git's smart HTTP protocol");
    }

    [Fact]
    public async Task FetchAsync_Proxy_IsUsedWithItsCredentials()
    {
        // Kestrel answers requests that were made for a proxy as well.
        await using var proxy = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        string? authorization = null;
        proxy.Intercept = context =>
        {
            authorization = context.Request.Headers.ProxyAuthorization.ToString();
            if (authorization.Length > 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 407;
            context.Response.Headers.ProxyAuthenticate = "Basic realm=proxy";
            return Task.FromResult(true);
        };
        using var source = Source("http://git.invalid/repo.git", o =>
        {
            o.Proxy = new Uri(proxy.Url);
            o.Credentials.ProxyUsername = "me";
            o.Credentials.ProxyPassword = "s3cret";
        });

        Text(await NewestAsync(source)).Should().Be("1");
        authorization.Should().Be("Basic bWU6czNjcmV0");
    }

    [Fact]
    public async Task FetchAsync_RepositoryBeyondLimit_IsCut()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("big", GitFileChange.Write("big.bin", RandomNumberGenerator.GetBytes(2_000_000)));
        using var source = Source($"{server.Url}/repo.git", o => o.Limits.RepositorySize = 500_000);

        var revision = await source.ProbeAsync(Token);

        (await source.Invoking(s => s.FetchAsync(revision, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.LimitExceeded);
        new DirectoryInfo(Cache).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length).Should().BeLessThan(1_000_000);
    }

    [Fact]
    public async Task FetchAsync_HttpsThroughAProxy_ConnectsWithTheProxysCredentialsOnly()
    {
        using var certificate = TestCertificate.Make();
        await using var server = await GitHttpServer.StartAsync(Served, certificate);
        await using var proxy = TcpRelay.HttpProxy("Basic bWU6czNjcmV0");
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        server.Authorization = "Bearer tok";
        void Configure(GitSourceOptions options)
        {
            options.Proxy = new Uri($"http://127.0.0.1:{proxy.Port}");
            options.Credentials.CertificateAuthority = certificate.ExportCertificatePem();
            options.Credentials.BearerToken = "tok";
        }

        using var source = Source($"{server.Url}/repo.git", o =>
        {
            Configure(o);
            (o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) = ("me", "s3cret");
        });
        using var stranger = Source($"{server.Url}/repo.git", o =>
        {
            Configure(o);
            (o.Credentials.ProxyUsername, o.Credentials.ProxyPassword) = ("me", "wr0ng");
        });

        Text(await NewestAsync(source)).Should().Be("1");
        proxy.Connections.Should().BePositive();
        var refused = (await stranger.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
        refused.Message.Should().Contain("407");
        refused.ToString().Should().NotContain("wr0ng");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task ProbeAsync_RedirectsWithoutAnEnd_AreFollowedToTheLimit(int limit)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        server.Intercept = context =>
        {
            context.Response.Redirect($"/again{context.Request.Path}{context.Request.QueryString}");
            return Task.FromResult(true);
        };
        using var source = Source($"{server.Url}/repo.git", o => o.Limits.Redirects = limit);

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain("too often");
        server.Advertisements.Should().Be(limit + 1);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/repo.git/info/refs?service=git-upload-pack", "not as safe")]
    [InlineData("ftp://127.0.0.1/repo.git/info/refs?service=git-upload-pack", "not as safe")]
    [InlineData("https://127.0.0.1:1/login?token=hidden", "no Git repository")]
    public async Task ProbeAsync_RedirectToWhereNobodyShouldGo_IsRefused(string target, string told)
    {
        using var certificate = TestCertificate.Make();
        await using var server = await GitHttpServer.StartAsync(Served, certificate);
        server.Intercept = context =>
        {
            context.Response.Redirect(target);
            return Task.FromResult(true);
        };
        using var source = Source($"{server.Url}/repo.git", o => o.Credentials.CertificateAuthority = certificate.ExportCertificatePem());

        (await source.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Message.Should().Contain(told).And.NotContain("hidden");
        server.Advertisements.Should().Be(1);
    }

    [Fact]
    public async Task FetchAsync_RedirectToAnotherHost_TakesNoCredentialsAlong()
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        await using var other = await GitHttpServer.StartAsync(Served);
        await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"));
        var seen = new System.Collections.Concurrent.ConcurrentBag<string>();
        other.Intercept = context =>
        {
            seen.Add(context.Request.Headers.Authorization.ToString());
            return Task.FromResult(false);
        };
        server.Intercept = context =>
        {
            context.Response.Redirect($"{other.Url}{context.Request.Path}{context.Request.QueryString}");
            return Task.FromResult(true);
        };
        using var source = Source($"{server.Url}/repo.git", o => (o.Credentials.Username, o.Credentials.Password) = ("me", "s3cret"));

        Text(await NewestAsync(source)).Should().Be("1");
        server.LastAuthorization.Should().StartWith("Basic ");
        seen.Should().HaveCountGreaterThanOrEqualTo(2, "the list and the pack").And.OnlyContain(a => a.Length == 0);
    }

    private static async Task<long> Drain(NetworkStream stream)
    {
        var buffer = new byte[1024];
        long length = 0;
        try
        {
            while (await stream.ReadAsync(buffer, Token) is var read and > 0)
            {
                length += read;
            }
        }
        catch (IOException)
        {
            // Closed the hard way.
        }

        return length;
    }

    private static void Credentials(GitSourceOptions options, string? user, string? password, string? token)
    {
        options.Credentials.Username = user;
        options.Credentials.Password = password;
        options.Credentials.BearerToken = token;
    }
}
