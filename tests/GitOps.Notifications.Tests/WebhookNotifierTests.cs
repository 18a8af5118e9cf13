using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Notifications.Tests;

public sealed class WebhookNotifierTests
{
    [Fact]
    public async Task NotifyAsync_WithSecret_SignsTheBodyThatArrives()
    {
        var receiver = new Receiver();
        var notifier = new WebhookNotifier(Options(o => o.Secret = "s3cret"), receiver.Client);

        await notifier.NotifyAsync(Event(), TestContext.Current.CancellationToken);

        var (request, body) = receiver.Requests.Should().ContainSingle().Subject;
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), body));
        request.Headers.GetValues(WebhookNotifier.SignatureHeader).Should().Equal($"sha256={expected}");
        request.Content!.Headers.ContentType!.MediaType.Should().Be("application/json");
    }

    [Fact]
    public async Task NotifyAsync_Event_IsReadableJson()
    {
        var receiver = new Receiver();
        var notifier = new WebhookNotifier(Options(), receiver.Client);
        var gitOpsEvent = Event();

        await notifier.NotifyAsync(gitOpsEvent, TestContext.Current.CancellationToken);

        var json = JsonDocument.Parse(receiver.Requests[0].Body).RootElement;
        json.GetProperty("id").GetGuid().Should().Be(gitOpsEvent.Id);
        json.GetProperty("severity").GetString().Should().Be("error");
        json.GetProperty("unit").GetString().Should().Be("apps");
        json.GetProperty("source").GetString().Should().Be("fleet");
        json.GetProperty("revision").GetString().Should().Be("main@sha1:ab");
        json.GetProperty("commitMessage").GetString().Should().Be("Roll podinfo");
        json.GetProperty("commitAuthor").GetString().Should().Be("Ada <ada@example.com>");
        json.GetProperty("changes")[0].GetProperty("kind").GetString().Should().Be("ConfigMap");
        json.GetProperty("changes")[0].GetProperty("name").GetString().Should().Be("a");
        json.GetProperty("changes")[0].GetProperty("action").GetString().Should().Be("created");
        json.GetProperty("diagnostics")[0].GetProperty("location").GetString().Should().Be("apps/a.yaml:3:5");
        receiver.Requests[0].Request.Headers.Contains(WebhookNotifier.SignatureHeader).Should().BeFalse();
    }

    [Fact]
    public async Task NotifyAsync_MoreChangesThanFit_SaysHowManyAreLeftOut()
    {
        var receiver = new Receiver();
        var notifier = new WebhookNotifier(Options(), receiver.Client);
        var changes = Enumerable.Range(0, 250).Select(i => new ObjectChange(new ResourceId("", "ConfigMap", "default", $"c{i}"), ChangeAction.Created)).ToList();

        await notifier.NotifyAsync(Event() with { Changes = changes }, TestContext.Current.CancellationToken);

        var json = JsonDocument.Parse(receiver.Requests[0].Body).RootElement;
        json.GetProperty("changes").GetArrayLength().Should().Be(200);
        json.GetProperty("changesLeftOut").GetInt32().Should().Be(50);
    }

    [Fact]
    public async Task NotifyAsync_ReceiverRefuses_ThrowsWithoutTheSecretOrPath()
    {
        var receiver = new Receiver { Status = HttpStatusCode.InternalServerError };
        var notifier = new WebhookNotifier(Options(o => o.Secret = "s3cret"), receiver.Client);

        var act = async () => await notifier.NotifyAsync(Event(), TestContext.Current.CancellationToken);

        var message = (await act.Should().ThrowAsync<GitOpsException>()).Which.Message;
        message.Should().Be("The webhook at hooks.example.com answered 500.");
    }

    [Theory]
    [InlineData(EventSeverity.Error, "apps", true)]
    [InlineData(EventSeverity.Info, "apps", false)]
    [InlineData(EventSeverity.Error, "other", false)]
    public async Task NotifyAsync_Filters_SendOnlyWhatWasAskedFor(EventSeverity severity, string unit, bool sent)
    {
        var receiver = new Receiver();
        var notifier = new WebhookNotifier(Options(o => { o.Severity = EventSeverity.Error; o.Units.Add("apps"); }), receiver.Client);

        await notifier.NotifyAsync(Event() with { Severity = severity, Unit = unit }, TestContext.Current.CancellationToken);

        receiver.Requests.Should().HaveCount(sent ? 1 : 0);
    }

    [Fact]
    public async Task NotifyAsync_SecretFileIsRotated_NextRequestUsesTheNewKey()
    {
        var folder = Directory.CreateTempSubdirectory("gitops-webhook-");
        try
        {
            var file = Path.Combine(folder.FullName, "key");
            var receiver = new Receiver();
            var notifier = new WebhookNotifier(Options(o => o.SecretFile = file), receiver.Client);

            await File.WriteAllTextAsync(file, "one\n", TestContext.Current.CancellationToken);
            await notifier.NotifyAsync(Event(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, "two\n", TestContext.Current.CancellationToken);
            await notifier.NotifyAsync(Event(), TestContext.Current.CancellationToken);

            receiver.Requests.Zip(["one", "two"]).Should().OnlyContain(p =>
                p.First.Request.Headers.GetValues(WebhookNotifier.SignatureHeader).Single() == $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(p.Second), p.First.Body))}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AddWebhook_BadUrl_IsReportedWithTheWebhooksName()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddGitOps().AddWebhook("audit", o => o.Url = new Uri("ftp://example.com"));

        var errors = services.BuildServiceProvider().GetServices<IConfigurationCheck>().SelectMany(c => c.Check());

        errors.Should().Contain("Webhook 'audit': Url is not an absolute http or https address.");
    }

    private static WebhookOptions Options(Action<WebhookOptions>? configure = null)
    {
        var options = new WebhookOptions { Url = new Uri("https://hooks.example.com/secret-path") };
        configure?.Invoke(options);
        return options;
    }

    private static GitOpsEvent Event() => new(Guid.NewGuid(), DateTimeOffset.UnixEpoch, EventSeverity.Error, Reasons.BuildFailed, "It failed.")
    {
        Unit = "apps",
        Source = "fleet",
        Revision = new Revision("main", "sha1", "ab"),
        CommitAuthor = "Ada <ada@example.com>",
        CommitMessage = "Roll podinfo",
        Changes = [new ObjectChange(new ResourceId("", "ConfigMap", "default", "a"), ChangeAction.Created)],
        Diagnostics = [Diagnostic.Error(Reasons.BuildFailed, "bad", new SourceLocation("apps/a.yaml", 3, 5))],
        IsTransition = true,
    };

    private sealed class Receiver : HttpMessageHandler
    {
        public List<(HttpRequestMessage Request, byte[] Body)> Requests { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public HttpClient Client() => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add((request, await request.Content!.ReadAsByteArrayAsync(cancellationToken)));
            return new HttpResponseMessage(Status);
        }
    }
}
