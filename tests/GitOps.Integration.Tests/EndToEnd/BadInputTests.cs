using System.Net;
using GitOps.Git;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>Each bad input gets an error that says what, where and what to do; the cluster stays as it was and the next run converges.</summary>
public sealed class BadInputTests
{
    private const string Selector = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: default\nspec:\n  selector:\n    matchLabels:\n      app: {0}\n  template:\n    metadata:\n      labels:\n        app: {0}\n    spec:\n      containers:\n        - name: web\n          image: web:1\n";

    [Fact]
    public async Task InvalidYaml_IsRefusedWithFileLineAndColumn_AndRepairConverges()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await fleet.CommitAsync("Break", GitFileChange.Write("apps/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: default\ndata:\n  a: \"2\n"));
        var failed = await fleet.FailedAsync("apps");
        failed.Condition(ConditionTypes.Ready)!.Message.Should().MatchRegex(@"^apps/a\.yaml:\d+:\d+: ");
        (await fleet.ValueAsync("a")).Should().Be("1");

        var repair = await fleet.CommitAsync("Repair", Fleet.ConfigMap("apps/a.yaml", "a", "3"));
        await fleet.ReadyAsync("apps", repair);
        (await fleet.ValueAsync("a")).Should().Be("3");
    }

    [Fact]
    public async Task OneBadObjectAmongMany_NothingIsWritten()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("apps", Fleet.At("apps")),
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"),
            GitFileChange.Write("apps/z.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: z\n  namespace: default\nspec:\n  replicas: many\n"));
        await fleet.StartAsync();

        var failed = await fleet.FailedAsync("apps");

        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("Deployment/default/z");
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a")).Should().BeNull();
    }

    [Fact]
    public async Task UnknownKind_SaysThatItsDefinitionIsMissing()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("apps", Fleet.At("apps")),
            null,
            GitFileChange.Write("apps/w.yaml", "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\n"));
        await fleet.StartAsync();

        var failed = await fleet.FailedAsync("apps");

        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("Widget").And.Contain("example.com/v1");
    }

    [Fact]
    public async Task MissingPath_NamesPathAndSource_AndAppearsLater()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("other/a.yaml", "a"));
        await fleet.StartAsync();

        var failed = await fleet.FailedAsync("apps");
        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.NotFound);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'apps'").And.Contain("'fleet'");

        await fleet.ReadyAsync("apps", await fleet.CommitAsync("Add apps", Fleet.ConfigMap("apps/a.yaml", "a")));
    }

    [Fact]
    public async Task UnreachableSource_IsToldAndRecovers()
    {
        var later = Path.Combine(Path.GetTempPath(), $"gitops-later-{Guid.NewGuid():N}");
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddGitSource("later", s => { s.Url = new Uri(later).AbsoluteUri; s.Reference.Branch = "main"; })
                .AddManifests("apps", u => { u.Source = "later"; u.RetryInterval = TimeSpan.FromMilliseconds(200); }),
            null,
            Fleet.ConfigMap("x.yaml", "x"));
        try
        {
            await fleet.StartAsync();
            var failed = await fleet.FailedAsync("apps");
            failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'later'");

            using var repository = BareGitRepository.Create(later);
            await repository.CommitAsync("First", Fleet.ConfigMap("a.yaml", "a"));
            await fleet.Engine.PollSourceAsync("later", TestContext.Current.CancellationToken);
            await fleet.ReadyAsync("apps");
        }
        finally
        {
            if (Directory.Exists(later))
            {
                Directory.Delete(later, recursive: true);
            }
        }
    }

    [Fact]
    public async Task SlowSource_TimesOutAndHoldsNobodyUp_AndConvergesOnceItAnswers()
    {
        var source = new SlowSource();
        await using var fleet = await Fleet.CreateAsync(
            g => g
                .AddSource("slow", _ => source, timeout: TimeSpan.FromMilliseconds(200))
                .AddManifests("slow", u => u.Source = "slow")
                .AddManifests("apps", Fleet.At("apps")),
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"));
        await fleet.StartAsync();

        await fleet.ReadyAsync("apps");
        var failed = await fleet.FailedAsync("slow");

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.Timeout);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("'slow'").And.Contain("did not answer within 00:00:00.2");

        source.Answers = true;
        await fleet.ReadyAsync("slow");
        (await fleet.ValueAsync("late")).Should().Be("1");
    }

    [Fact]
    public async Task GoingToZeroObjects_NeedsConsent()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("apps", Fleet.At("apps")).AddManifests("free", u => { Fleet.At("free")(u); u.AllowEmpty = true; }),
            null,
            Fleet.ConfigMap("apps/a.yaml", "a"),
            Fleet.ConfigMap("free/b.yaml", "b"),
            GitFileChange.Write("apps/README.md", "apps"),
            GitFileChange.Write("free/README.md", "free"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");
        await fleet.ReadyAsync("free");

        var emptied = await fleet.CommitAsync("Delete all", GitFileChange.Delete("apps/a.yaml"), GitFileChange.Delete("free/b.yaml"));
        var refused = await fleet.FailedAsync("apps");
        await fleet.ReadyAsync("free", emptied);

        refused.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.EmptyNotAllowed);
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a")).Should().NotBeNull();
        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/b")).Should().BeNull();

        var back = await fleet.CommitAsync("Another instead", Fleet.ConfigMap("apps/c.yaml", "c"));
        await fleet.ReadyAsync("apps", back);
        (await fleet.ValueAsync("a")).Should().BeNull("with an object left, the one that went is pruned");
        (await fleet.ValueAsync("c")).Should().Be("1");
    }

    [Fact]
    public async Task TwoUnitsWantOneObject_TheSecondIsRefusedAndNamesTheOwner_AndConvergesOnceItIsGivenUp()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("first", Fleet.At("one")).AddManifests("second", u => { Fleet.At("two")(u); u.DependsOn.Add("first"); }),
            null,
            Fleet.ConfigMap("one/a.yaml", "shared", "1"),
            Fleet.ConfigMap("two/a.yaml", "shared", "2"));
        await fleet.StartAsync();

        var failed = await fleet.WaitAsync("second", u => u.History.Count > 0);

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.Conflict);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("first").And.Contain("ConfigMap/default/shared");
        (await fleet.ValueAsync("shared")).Should().Be("1");

        var moved = await fleet.CommitAsync("The second one has it", GitFileChange.Delete("one/a.yaml"), Fleet.ConfigMap("one/b.yaml", "other"));
        await fleet.ReadyAsync("first", moved);
        await fleet.ReadyAsync("second", moved);
        (await fleet.ValueAsync("shared")).Should().Be("2");
        (await fleet.ValueAsync("other")).Should().Be("1");
    }

    [Fact]
    public async Task FieldThatAnotherManagerApplies_IsTakenOverWithAWarningThatNamesIt_AndItsComebackIsHealed()
    {
        const string path = "/api/v1/namespaces/default/configmaps/a";
        const string theirs = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"a\":\"9\",\"own\":\"theirs\"}}";
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"));
        (await fleet.SendAsync(HttpMethod.Patch, $"{path}?fieldManager=other-tool", theirs, "application/apply-patch+yaml")).Should().Be(HttpStatusCode.Created);
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        (await fleet.ValueAsync("a")).Should().Be("1");
        var applied = await fleet.EventAsync(e => e.Unit == "apps" && e.Reason == Reasons.ReconciliationSucceeded && e.Severity == EventSeverity.Info);
        applied.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Conflict).Which.ToString().Should().Contain("apps/a.yaml").And.Contain("'other-tool' applies data.a too");

        (await fleet.SendAsync(HttpMethod.Patch, $"{path}?fieldManager=other-tool", theirs, "application/apply-patch+yaml")).Should().Be(HttpStatusCode.Conflict, "the field is the unit's now");
        (await fleet.SendAsync(HttpMethod.Patch, $"{path}?fieldManager=other-tool&force=true", theirs, "application/apply-patch+yaml")).Should().Be(HttpStatusCode.OK);
        var corrected = await fleet.EventAsync(e => e.Reason == Reasons.DriftCorrected);
        corrected.Diagnostics.Should().ContainSingle(d => d.Reason == Reasons.Conflict);
        var live = await fleet.GetAsync(path);
        live!["data"]!["a"]!.GetValue<string>().Should().Be("1");
        live["data"]!["own"]!.GetValue<string>().Should().Be("theirs", "what only the other one applies is left alone");
    }

    [Fact]
    public async Task DirectorySource_IsFollowedThroughBadAndGoodFiles()
    {
        var folder = Directory.CreateTempSubdirectory("gitops-directory-");
        try
        {
            var file = Path.Combine(folder.FullName, "apps", "a.yaml");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await WriteAsync("1");
            await using var fleet = await Fleet.CreateAsync(
                g => g.AddDirectorySource("disk", s => s.Directory = folder.FullName).AddManifests("apps", u => { Fleet.At("apps")(u); u.Source = "disk"; }),
                null,
                Fleet.ConfigMap("x.yaml", "x"));
            await fleet.StartAsync();
            await fleet.ReadyAsync("apps");
            (await fleet.ValueAsync("a")).Should().Be("1");

            await WriteAsync("[");
            await fleet.Engine.PollSourceAsync("disk", TestContext.Current.CancellationToken);
            var failed = await fleet.FailedAsync("apps");
            failed.Condition(ConditionTypes.Ready)!.Message.Should().MatchRegex(@"^apps/a\.yaml:\d+:\d+: ");
            (await fleet.ValueAsync("a")).Should().Be("1");

            await WriteAsync("2");
            await fleet.Engine.PollSourceAsync("disk", TestContext.Current.CancellationToken);
            await fleet.ReadyAsync("apps");
            (await fleet.ValueAsync("a")).Should().Be("2");

            Directory.Delete(folder.FullName, recursive: true);
            var source = await fleet.Engine.PollSourceAsync("disk", TestContext.Current.CancellationToken);
            source.Ready!.Status.Should().Be(ConditionStatus.False);
            source.Ready.Message.Should().Contain(folder.FullName);
            (await fleet.ValueAsync("a")).Should().Be("2", "a directory that is gone takes nothing with it");

            Task WriteAsync(string value) => File.WriteAllTextAsync(file, $"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: default\ndata: {{a: '{value}'{(value == "[" ? "" : "}")}\n", TestContext.Current.CancellationToken);
        }
        finally
        {
            if (folder.Exists)
            {
                Fleet.Remove(folder.FullName);
            }
        }
    }

    [Fact]
    public async Task ImmutableField_IsToldWithTheField_ForceRecreates_AndTakingItBackConverges()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("careful", Immutable("careful", force: false)).AddManifests("forced", Immutable("forced", force: true)),
            null,
            GitFileChange.Write("careful/web.yaml", Deployment("careful", "a")),
            GitFileChange.Write("forced/web.yaml", Deployment("forced", "a")));
        await fleet.StartAsync();
        await fleet.ReadyAsync("careful");
        await fleet.ReadyAsync("forced");
        var before = (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/forced"))!["metadata"]!["uid"]!.GetValue<string>();

        var change = await fleet.CommitAsync("Change selectors", GitFileChange.Write("careful/web.yaml", Deployment("careful", "b")), GitFileChange.Write("forced/web.yaml", Deployment("forced", "b")));
        var failed = await fleet.FailedAsync("careful");
        await fleet.ReadyAsync("forced", change);

        failed.Condition(ConditionTypes.Ready)!.Reason.Should().Be(Reasons.ImmutableField);
        failed.Condition(ConditionTypes.Ready)!.Message.Should().Contain("spec.selector");
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/forced"))!["metadata"]!["uid"]!.GetValue<string>().Should().NotBe(before);

        var back = await fleet.CommitAsync("Take it back", GitFileChange.Write("careful/web.yaml", Deployment("careful", "a")), Fleet.ConfigMap("careful/more.yaml", "more"));
        await fleet.ReadyAsync("careful", back);
        (await fleet.GetAsync("/apis/apps/v1/namespaces/default/deployments/careful"))!["spec"]!["selector"]!["matchLabels"]!["app"]!.GetValue<string>().Should().Be("a");
        (await fleet.ValueAsync("more")).Should().Be("1");
    }

    [Fact]
    public async Task ManifestMovesToAnotherUnit_IsHandedOverNotDeleted()
    {
        await using var fleet = await Fleet.CreateAsync(
            g => g.AddManifests("first", Fleet.At("one")).AddManifests("second", u => { Fleet.At("two")(u); u.DependsOn.Add("first"); }),
            null,
            Fleet.ConfigMap("one/a.yaml", "stays"),
            Fleet.ConfigMap("one/b.yaml", "moves"),
            Fleet.ConfigMap("two/c.yaml", "other"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("second");

        var move = await fleet.CommitAsync("Move", GitFileChange.Delete("one/b.yaml"), Fleet.ConfigMap("two/b.yaml", "moves", "2"));
        await fleet.ReadyAsync("first", move);
        await fleet.ReadyAsync("second", move);

        (await fleet.ValueAsync("moves")).Should().Be("2");
    }

    [Fact]
    public async Task ManualChange_IsHealedAndTold()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await fleet.SendAsync(HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/a?fieldManager=somebody", "{\"data\":{\"a\":\"9\"}}", "application/merge-patch+json");
        await fleet.EventAsync(e => e.Reason == Reasons.DriftCorrected);

        (await fleet.ValueAsync("a")).Should().Be("1");
        var detected = fleet.Events.First(e => e.Reason == Reasons.DriftDetected);
        detected.Message.Should().Contain("somebody").And.Contain("data.a");
    }

    [Fact]
    public async Task ManualDeletion_IsHealed()
    {
        await using var fleet = await Fleet.CreateAsync(g => g.AddManifests("apps", Fleet.At("apps")), null, Fleet.ConfigMap("apps/a.yaml", "a"));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await fleet.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/configmaps/a");
        await fleet.EventAsync(e => e.Reason == Reasons.DriftCorrected);

        (await fleet.GetAsync("/api/v1/namespaces/default/configmaps/a")).Should().NotBeNull();
    }

    private static Action<ManifestsOptions> Immutable(string path, bool force) => unit =>
    {
        Fleet.At(path)(unit);
        unit.Force = force;
        unit.Wait = false;
    };

    private static string Deployment(string name, string label) => string.Format(System.Globalization.CultureInfo.InvariantCulture, Selector, label).Replace("name: web\n  namespace", $"name: {name}\n  namespace", StringComparison.Ordinal);

    private sealed class SlowSource : ISource
    {
        public volatile bool Answers;

        // Until it answers it is silent and ignores its token.
        public ValueTask<Revision> ProbeAsync(CancellationToken cancellationToken) =>
            Answers ? new(new Revision("main", "sha1", "0123")) : new(new TaskCompletionSource<Revision>().Task);

        public ValueTask<Artifact> FetchAsync(Revision revision, CancellationToken cancellationToken) =>
            new(new Artifact(revision, new MemoryFileTree([KeyValuePair.Create("late.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: late\n  namespace: default\ndata:\n  a: \"1\"\n")])));
    }
}
