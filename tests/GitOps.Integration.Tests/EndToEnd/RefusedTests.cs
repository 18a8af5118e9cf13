using System.Net;
using System.Net.Sockets;
using System.Text;
using GitOps.Git;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>Somebody says no, or says nothing: the source, the cluster, the rules of the cluster. The next run converges.</summary>
public sealed class RefusedTests
{
    [Fact]
    public async Task ClusterIsDown_UnitSaysSoAndConvergesWhenItIsBack()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        using (fleet.Cluster.Faults.Fail(503))
        {
            await fleet.CommitAsync("Change", Fleet.ConfigMap("apps/a.yaml", "a", "2"), GitFileChange.Delete("apps/b.yaml"));
            var failed = await fleet.FailedAsync("apps");
            failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.ClusterUnavailable);
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("not ready");
        }

        await fleet.ReadyAsync("apps");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a"))!["data"]!["a"]!.GetValue<string>().Should().Be("2");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/b")).Should().BeNull("nothing is orphaned");
    }

    [Fact]
    public async Task ObjectMayNotBeWritten_NamesObjectAndVerb_AndConvergesWhenAllowed()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
        using (fleet.Cluster.Faults.Fail(403, match: request => request.Name == "b"))
        {
            await fleet.StartAsync();
            var failed = await fleet.FailedAsync("apps");

            failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.Forbidden);
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("ConfigMap/default/b");
            (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a")).Should().BeNull("the whole set is tried before the first write");
        }

        await fleet.ReadyAsync("apps");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/b")).Should().NotBeNull();
    }

    [Fact]
    public async Task WrongCredentials_AreToldWithoutThePassword()
    {
        using var server = new RefusingServer();
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddGitSource("private", s =>
                {
                    s.Url = server.Url;
                    s.Reference.Branch = "main";
                    s.Credentials.Username = "ada";
                    s.Credentials.Password = "hunter2-secret";
                })
                .AddManifests("apps", u => u.Source = "private"),
            null,
            Fleet.ConfigMap("x.yaml", "x"));
        await fleet.StartAsync();

        var failed = await fleet.FailedAsync("apps");

        var source = fleet.Engine.GetSources().Single(s => s.Name == "private");
        source.Ready!.Reason.Should().Be(Reasons.AuthenticationFailed);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().NotContain("hunter2");
        fleet.Events.Should().OnlyContain(e => !e.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    private static Action<ManifestsOptions> At(string path) => unit =>
    {
        unit.Source = "fleet";
        unit.Path = path;
        unit.RetryInterval = TimeSpan.FromMilliseconds(200);
    };

    /// <summary>A web server that answers everything with 401.</summary>
    private sealed class RefusingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RefusingServer()
        {
            _listener.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/fleet.git";
            _serving = ServeAsync();
        }

        public string Url { get; }

        public void Dispose()
        {
            _listener.Stop();
            _listener.Dispose();
            _serving.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var buffer = new byte[8192];
                _ = await stream.ReadAsync(buffer);
                await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
    }
}
