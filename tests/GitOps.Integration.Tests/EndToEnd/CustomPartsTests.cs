using System.Text;
using System.Threading.Channels;
using GitOps.Git;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>What a host writes itself and registers takes part in the pipeline, with services of the host.</summary>
public sealed class CustomPartsTests
{
    [Fact]
    public async Task AddNotifier_CommitChangesAnObject_IsToldOfSourceRevisionCommitAndObjects()
    {
        var told = Channel.CreateUnbounded<GitOpsEvent>();
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.Services.AddSingleton(told.Writer);
                g.AddManifests("apps", At).AddNotifier<ForwardingNotifier>().AddNotifier<ForwardingNotifier>();
            },
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"));
        await fleet.StartAsync();
        var first = await fleet.ReadyAsync("apps");
        (await NextAsync(told.Reader)).Should().Match<GitOpsEvent>(e => e.Unit == "apps" && e.Revision == first.LastAppliedRevision);

        var revision = await fleet.CommitAsync("Roll out two", Fleet.ConfigMap("apps/a.yaml", "a", "2"));
        var second = await NextAsync(told.Reader);

        second.Reason.Should().Be(Reasons.ReconciliationSucceeded);
        second.Source.Should().Be("fleet");
        second.UnitKind.Should().Be("Manifests");
        second.Revision!.SameContent(revision).Should().BeTrue();
        second.CommitAuthor.Should().NotBeNullOrEmpty();
        second.CommitMessage!.Trim().Should().Be("Roll out two");
        second.Changes.Should().Equal(new ObjectChange(new ResourceId("", "ConfigMap", "default", "a"), ChangeAction.Configured));
        told.Reader.TryRead(out _).Should().BeFalse("a notifier that is added twice is one notifier");
    }

    [Fact]
    public async Task AddValidator_RefusesACommit_NothingIsWrittenUntilItIsMended()
    {
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.Services.AddSingleton(new Rule("a", "forbidden"));
                g.AddManifests("apps", At).AddValidator<RuleValidator>();
            },
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"),
            Fleet.ConfigMap("apps/b.yaml", "b"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await fleet.CommitAsync("Break the rule", Fleet.ConfigMap("apps/a.yaml", "a", "forbidden"), Fleet.ConfigMap("apps/b.yaml", "b", "2"));
        var refused = await fleet.FailedAsync("apps");

        var ready = refused.Condition(ConditionTypes.Ready)!;
        ready.Reason.Should().Be("RuleBroken");
        ready.Message.Should().Contain("ConfigMap/default/a").And.Contain("a must not be forbidden");
        (await DataAsync(fleet, "b")).Should().Be("1", "one error refuses the whole revision");

        await fleet.ReadyAsync("apps", await fleet.CommitAsync("Keep the rule", Fleet.ConfigMap("apps/a.yaml", "a", "fine")));
        (await DataAsync(fleet, "a")).Should().Be("fine");
        (await DataAsync(fleet, "b")).Should().Be("2");
    }

    [Fact]
    public async Task IHealthAssessor_JudgesAnObject_TheUnitWaitsFailsAndRecovers()
    {
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.Services.AddSingleton<IHealthAssessor, PhaseAssessor>();
                g.AddManifests("apps", At).AddManifests("after", o =>
                {
                    At(o);
                    o.Path = "after";
                    o.DependsOn.Add("apps");
                });
            },
            null,
            Fleet.ConfigMap("apps/a.yaml", "a", "Pending"),
            Fleet.ConfigMap("after/b.yaml", "b"));
        await fleet.StartAsync();

        await fleet.WaitAsync("apps", u => u.Condition(ConditionTypes.Healthy) is { Status: not ConditionStatus.True } healthy && healthy.Message.Contains("still Pending", StringComparison.Ordinal));
        (await DataAsync(fleet, "b")).Should().BeNull("what depends on it waits");

        await fleet.CommitAsync("Fail", Fleet.ConfigMap("apps/a.yaml", "a", "Failed"));
        var failed = await fleet.WaitAsync("apps", u => u.Condition(ConditionTypes.Ready) is { Status: ConditionStatus.False, Reason: Reasons.HealthCheckFailed });
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("it is Failed");

        var mended = await fleet.CommitAsync("Mend", Fleet.ConfigMap("apps/a.yaml", "a", "Running"));
        await fleet.ReadyAsync("apps", mended);
        await fleet.ReadyAsync("after", mended);
        (await DataAsync(fleet, "b")).Should().Be("1");
    }

    [Fact]
    public async Task ISecretDecryptor_DecryptsWhatIsEncryptedInGit()
    {
        await using var fleet = await Fleet.CreateAsync(
            g =>
            {
                g.Services.AddSingleton<ISecretDecryptor, Base64Decryptor>();
                g.AddManifests("apps", At);
            },
            null,
            GitFileChange.Write("apps/secret.yaml", Base64Decryptor.Encrypt("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: default\ndata:\n  a: plain\n")));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        (await DataAsync(fleet, "a")).Should().Be("plain");
    }

    [Fact]
    public async Task AddUnit_WithARendererOfTheHostsOwn_Reconciles()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddUnit<LinesRenderer>("apps", At), null, GitFileChange.Write("apps/names.txt", "a\nb\n"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");
        (await DataAsync(fleet, "b")).Should().Be("1");

        await fleet.ReadyAsync("apps", await fleet.CommitAsync("Less", GitFileChange.Write("apps/names.txt", "a\n")));
        (await DataAsync(fleet, "b")).Should().BeNull("it left the source");
    }

    private static void At(ManifestsOptions unit)
    {
        unit.Source = "fleet";
        unit.Path = "apps";
        unit.RetryInterval = TimeSpan.FromMilliseconds(200);
    }

    private static async Task<string?> DataAsync(Fleet fleet, string name) =>
        (await fleet.GetAsync($"/api/v1/namespaces/default/configmaps/{name}"))?["data"]!["a"]!.GetValue<string>();

    private static async Task<GitOpsEvent> NextAsync(ChannelReader<GitOpsEvent> told) =>
        await told.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private sealed class ForwardingNotifier(ChannelWriter<GitOpsEvent> told) : INotifier
    {
        public ValueTask NotifyAsync(GitOpsEvent gitOpsEvent, CancellationToken cancellationToken) => told.WriteAsync(gitOpsEvent, cancellationToken);
    }

    private sealed record Rule(string Name, string Value);

    private sealed class RuleValidator(Rule rule) : IManifestValidator
    {
        public ValueTask<IReadOnlyList<Diagnostic>> ValidateAsync(string unitName, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<Diagnostic>>(
            [
                .. manifests
                    .Where(m => m.Id.Name == rule.Name && m.Root.GetMap("data")?.GetString("a") == rule.Value)
                    .Select(m => Diagnostic.Error("RuleBroken", $"{rule.Name} must not be {rule.Value}", resource: m.Id)),
            ]);
    }

    private sealed class PhaseAssessor : IHealthAssessor
    {
        public ObjectHealth? Assess(Manifest live) => live.Root.GetMap("data")?.GetString("a") switch
        {
            "Pending" => new ObjectHealth(live.Id, HealthStatus.InProgress, "it is still Pending"),
            "Failed" => new ObjectHealth(live.Id, HealthStatus.Failed, "it is Failed"),
            _ => null,
        };
    }

    private sealed class Base64Decryptor : ISecretDecryptor
    {
        private const string Mark = "encrypted:";

        public static string Encrypt(string text) => Mark + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

        public ValueTask<ReadOnlyMemory<byte>> DecryptAsync(TreePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Encoding.UTF8.GetString(content.Span) is { } text && text.StartsWith(Mark, StringComparison.Ordinal) ? Convert.FromBase64String(text[Mark.Length..]) : content);
    }

    private sealed class LinesRenderer : IRenderer
    {
        public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
        {
            var lines = Encoding.UTF8.GetString(request.Tree.Read(request.Path.Append("names.txt")).Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return ValueTask.FromResult(RenderResult.Success([.. lines.Select(ConfigMap)]));
        }

        private static Manifest ConfigMap(string name)
        {
            var root = new MapNode();
            root.Set("apiVersion", "v1");
            root.Set("kind", "ConfigMap");
            root.GetOrAddMap("metadata").Set("name", name);
            root.GetOrAddMap("metadata").Set("namespace", "default");
            root.GetOrAddMap("data").Set("a", "1");
            return new Manifest(root);
        }
    }
}
