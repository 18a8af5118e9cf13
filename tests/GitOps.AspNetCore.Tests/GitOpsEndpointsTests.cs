using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NSubstitute;

namespace GitOps.AspNetCore.Tests;

public sealed class GitOpsEndpointsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-aspnet-").FullName;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
        var applier = Substitute.For<IApplier>();
        applier.PlanAsync(Arg.Any<ApplyRequest>(), Arg.Any<CancellationToken>()).Returns(call =>
        {
            var request = call.Arg<ApplyRequest>();
            return new Plan(request, [.. request.Manifests.Select(m => new PlannedChange(m.Id, ChangeAction.Created, []))], []);
        });
        applier.ApplyAsync(Arg.Any<Plan>(), Arg.Any<IProgress<ObjectChange>>(), Arg.Any<CancellationToken>())
            .Returns(call => new ChangeSet([.. call.Arg<Plan>().Changes.Select(c => new ObjectChange(c.Resource, c.Action))], []));
        applier.WatchHealthAsync(Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(_ => Healthy());

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(applier);
        builder.Services.AddGitOps().AddDirectorySource("files", s => s.Directory = _folder).AddManifests("web", u =>
        {
            u.Source = "files";
            u.Drift = DriftPolicy.Disabled;
        });

        // The tests drive the engine themselves.
        builder.Services.Remove(builder.Services.Single(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Name == "GitOpsHostedService"));
        builder.Services.AddHealthChecks().AddGitOps();
        _app = builder.Build();
        _app.MapGitOps();
        _app.MapHealthChecks("/health");
        _app.MapGitOpsReceiver("/hook/github", r => Receive(r, ReceiverType.GitHub));
        _app.MapGitOpsReceiver("/hook/gitlab", r => Receive(r, ReceiverType.GitLab));
        _app.MapGitOpsReceiver("/hook/generic", r => Receive(r, ReceiverType.GenericHmac));
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void MapGitOpsReceiver_SourceIsNotRegistered_SaysSoBeforeTheHostRuns()
    {
        var map = () => _app.MapGitOpsReceiver("/hook/misspelt", r =>
        {
            r.Secret = "secret";
            r.Sources.Add("fleeet");
        });

        map.Should().Throw<ArgumentException>().WithMessage("*'fleeet'*known are: *");
    }

    [Fact]
    public async Task Units_AfterReconcile_ShowReadyAndHistory()
    {
        (await _client.GetStringAsync("/health", TestContext.Current.CancellationToken)).Should().Be("Degraded");

        var reconciled = await JsonAsync(await _client.PostAsync("/gitops/units/web/reconcile", null, TestContext.Current.CancellationToken));
        reconciled.GetProperty("ready").GetBoolean().Should().BeTrue();

        var units = await JsonAsync(await _client.GetAsync("/gitops/units", TestContext.Current.CancellationToken));
        units[0].GetProperty("objects").GetInt32().Should().Be(1);
        units[0].GetProperty("history").GetArrayLength().Should().Be(1);
        (await _client.GetStringAsync("/health", TestContext.Current.CancellationToken)).Should().Be("Healthy");
    }

    [Fact]
    public async Task Plan_KnownUnit_ShowsChanges()
    {
        var plan = await JsonAsync(await _client.GetAsync("/gitops/units/web/plan", TestContext.Current.CancellationToken));

        plan.GetProperty("changes")[0].GetProperty("resource").GetString().Should().Be("ConfigMap/a");
        plan.GetProperty("canApply").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task SuspendAndResume_KnownUnit_ChangeItsState()
    {
        (await JsonAsync(await _client.PostAsync("/gitops/units/web/suspend", null, TestContext.Current.CancellationToken))).GetProperty("suspended").GetBoolean().Should().BeTrue();
        (await JsonAsync(await _client.PostAsync("/gitops/units/web/resume", null, TestContext.Current.CancellationToken))).GetProperty("suspended").GetBoolean().Should().BeFalse();
    }

    [Theory]
    [InlineData("GET", "/gitops/units/nobody")]
    [InlineData("GET", "/gitops/units/nobody/plan")]
    [InlineData("POST", "/gitops/units/nobody/reconcile")]
    [InlineData("POST", "/gitops/sources/nobody/poll")]
    public async Task AnyEndpoint_UnknownName_Is404(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Events_Stream_CarriesWhatHappens()
    {
        using var response = await _client.GetAsync("/gitops/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await _client.PostAsync("/gitops/units/web/reconcile", null, TestContext.Current.CancellationToken);

        var lines = new List<string>();
        while (!lines.Any(l => l.Contains("\"unit\":\"web\"", StringComparison.Ordinal)))
        {
            lines.Add((await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken))!);
        }

        lines.Should().Contain(l => l.StartsWith("id: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/hook/github", "X-Hub-Signature-256", "sha256=", HttpStatusCode.Accepted)]
    [InlineData("/hook/generic", "X-Signature", "sha256=", HttpStatusCode.Accepted)]
    [InlineData("/hook/generic", "X-Hub-Signature-256", "sha256=", HttpStatusCode.Unauthorized)]
    [InlineData("/hook/github", "X-Hub-Signature-256", "sha1=", HttpStatusCode.Unauthorized)]
    public async Task Receiver_Signature_Decides(string path, string header, string prefix, HttpStatusCode expected)
    {
        var body = Encoding.UTF8.GetBytes("{\"ref\":\"refs/heads/main\"}");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.Add(header, prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("key"), body)));

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(expected);
    }

    [Theory]
    [InlineData("key", HttpStatusCode.Accepted)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    public async Task Receiver_GitLabToken_Decides(string token, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hook/gitlab") { Content = JsonContent.Create(new { }) };
        request.Headers.TryAddWithoutValidation("X-Gitlab-Token", token);

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task Receiver_HugeBody_Is413()
    {
        using var response = await _client.PostAsync("/hook/generic", new ByteArrayContent(new byte[1024 * 1024 + 1]), TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    private static void Receive(ReceiverOptions receiver, ReceiverType type)
    {
        receiver.Type = type;
        receiver.Secret = "key";
        receiver.Sources.Add("files");
    }

    private static async IAsyncEnumerable<HealthReport> Healthy()
    {
        await Task.CompletedTask;
        yield return new HealthReport([]);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
