using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GitOps.Git;
using GitOps.Integration.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>What a webhook is told of the commits of a Git repository.</summary>
public sealed class NotificationTests : IAsyncLifetime
{
    private static readonly GitIdentity s_ada = new("Ada Lovelace", "ada@example.com");
    private static readonly GitIdentity s_grace = new("Grace Hopper", "grace@example.com");

    private WebhookReceiver _webhook = null!;

    public async ValueTask InitializeAsync() => _webhook = await WebhookReceiver.StartAsync();

    public async ValueTask DisposeAsync() => await _webhook.DisposeAsync();

    [Fact]
    public async Task Transitions_ProgressedFailedRecovered_AreSignedAndNameCommitAndObjects()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddManifests("apps", Fleet.At("apps"))
                .AddWebhook("audit", w =>
                {
                    w.Url = new Uri(_webhook.Url);
                    w.Secret = "s3cret";
                }),
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"),
            Fleet.ConfigMap("apps/b.yaml", "b"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        var progress = await fleet.CommitAsync(Commit(s_ada, "Raise a, add c\n\nBecause.\n", Fleet.ConfigMap("apps/a.yaml", "a", "2"), Fleet.ConfigMap("apps/c.yaml", "c")));
        await fleet.ReadyAsync("apps", progress);
        var broken = await fleet.CommitAsync(Commit(s_grace, "Break b", GitFileChange.Write("apps/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n")));
        await fleet.FailedAsync("apps");
        var repaired = await fleet.CommitAsync(Commit(s_ada, "Drop b", GitFileChange.Delete("apps/b.yaml")));
        await fleet.ReadyAsync("apps", repaired);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await _webhook.WaitAsync(events => events.Count >= 4, patience.Token);

        var told = _webhook.Events;
        told.Should().HaveCount(4).And.OnlyContain(e => Text(e, "unit") == "apps" && Text(e, "unitKind") == "Manifests" && Text(e, "source") == "fleet");
        Changes(told[0]).Should().BeEquivalentTo("created ConfigMap/default/a", "created ConfigMap/default/b");

        ShouldTell(told[1], progress, "info", s_ada, "Raise a, add c");
        Changes(told[1]).Should().BeEquivalentTo("configured ConfigMap/default/a", "created ConfigMap/default/c");

        ShouldTell(told[2], broken, "error", s_grace, "Break b");
        Text(told[2], "reason").Should().Be(Reasons.BuildFailed);
        Text(told[2]["diagnostics"]![0]!, "location").Should().StartWith("apps/b.yaml:");
        Changes(told[2]).Should().BeEmpty();

        ShouldTell(told[3], repaired, "info", s_ada, "Drop b");
        Text(told[3], "message").Should().StartWith("Recovered: ");
        Changes(told[3]).Should().BeEquivalentTo("deleted ConfigMap/default/b");

        foreach (var delivery in _webhook.Deliveries)
        {
            delivery.ContentType.Should().StartWith("application/json");
            delivery.Signature.Should().Be($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8, delivery.Body))}");
        }
    }

    private static GitCommit Commit(GitIdentity author, string message, params GitFileChange[] changes) => new() { Author = author, Message = message, Changes = changes };

    private static void ShouldTell(JsonNode told, Revision revision, string severity, GitIdentity author, string message)
    {
        Text(told, "revision").Should().Be(revision.ToString());
        Text(told, "severity").Should().Be(severity);
        Text(told, "commitAuthor").Should().Be($"{author.Name} <{author.Email}>");
        Text(told, "commitMessage").Should().StartWith(message);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static IEnumerable<string> Changes(JsonNode told) => told["changes"]?.AsArray().Select(c => $"{Text(c!, "action")} {Text(c!, "kind")}/{Text(c!, "namespace")}/{Text(c!, "name")}") ?? [];
}
