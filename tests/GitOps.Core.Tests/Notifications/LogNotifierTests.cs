using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace GitOps.Core.Tests.Notifications;

public sealed class LogNotifierTests
{
    private readonly FakeLogger<LogNotifier> _log = new();

    [Fact]
    public async Task NotifyAsync_Transition_ShowsSourceRevisionCommitAndChanges()
    {
        await NotifyAsync(Event(EventSeverity.Info, changes: 2));

        var entry = _log.Collector.GetSnapshot().Should().ContainSingle().Subject;
        entry.Level.Should().Be(LogLevel.Information);
        entry.Message.Should().Be(
            "apps: ReconciliationSucceeded at main@sha1:ab of fleet: 2 created of 2 objects. Commit \"Roll podinfo\" by Ada <ada@example.com>. Changed: ConfigMap/default/c0 Created, ConfigMap/default/c1 Created.");
    }

    [Fact]
    public async Task NotifyAsync_Transition_HasEverythingAsProperties()
    {
        await NotifyAsync(Event(EventSeverity.Info, changes: 1));

        var entry = _log.Collector.LatestRecord;
        entry.Id.Name.Should().Be("Transition");
        entry.StructuredState.Should().Contain(
        [
            KeyValuePair.Create("Unit", (string?)"apps"),
            KeyValuePair.Create("UnitKind", (string?)"Kustomization"),
            KeyValuePair.Create("Source", (string?)"fleet"),
            KeyValuePair.Create("Reason", (string?)"ReconciliationSucceeded"),
            KeyValuePair.Create("Revision", (string?)"main@sha1:ab"),
            KeyValuePair.Create("CommitAuthor", (string?)"Ada <ada@example.com>"),
            KeyValuePair.Create("CommitMessage", (string?)"Roll podinfo"),
            KeyValuePair.Create("ChangeCount", (string?)"1"),
        ]);
        entry.StructuredState!.Single(p => p.Key == "Changes").Value.Should().Contain("ConfigMap/default/c0 Created");
    }

    [Fact]
    public async Task NotifyAsync_ManyChanges_ListsTheFirstAndCountsTheRest()
    {
        await NotifyAsync(Event(EventSeverity.Info, changes: 250));

        var entry = _log.Collector.LatestRecord;
        entry.Message.Should().Contain("ConfigMap/default/c19 Created and 230 more.").And.NotContain("c20 ");
        entry.GetStructuredStateValue("ChangeCount").Should().Be("250");
    }

    [Fact]
    public async Task NotifyAsync_FailureOfASource_IsAnErrorWithoutEmptyParts()
    {
        await NotifyAsync(new GitOpsEvent(Guid.NewGuid(), DateTimeOffset.UnixEpoch, EventSeverity.Error, Reasons.NotFound, "The branch is gone.") { Source = "fleet" });

        _log.Collector.LatestRecord.Level.Should().Be(LogLevel.Error);
        _log.Collector.LatestRecord.Message.Should().Be($"fleet: {Reasons.NotFound}: The branch is gone.");
    }

    [Theory]
    [InlineData("Subject\n\nbody", "Subject")]
    [InlineData("\n  Subject\r\nfail: GitOps[1] forged", "Subject")]
    [InlineData("a\u001b[31mb\tc", "a [31mb c")]
    [InlineData("  ", null)]
    public async Task NotifyAsync_CommitMessage_StaysOneLine(string message, string? shown)
    {
        await NotifyAsync(Event(EventSeverity.Info, changes: 0) with { CommitMessage = message });

        _log.Collector.LatestRecord.Message.Should().NotContainAny("\n", "\r", "\u001b");
        _log.Collector.LatestRecord.GetStructuredStateValue("CommitMessage").Should().Be(shown);
    }

    [Fact]
    public async Task NotifyAsync_Warnings_FollowTheTransition()
    {
        await NotifyAsync(Event(EventSeverity.Info, changes: 0) with { Diagnostics = [Diagnostic.Warning("HooksNotRun", "the hook is left out")] });

        _log.Collector.GetSnapshot().Select(e => e.Level).Should().Equal(LogLevel.Information, LogLevel.Warning);
        _log.Collector.LatestRecord.Message.Should().Contain("the hook is left out");
    }

    private ValueTask NotifyAsync(GitOpsEvent gitOpsEvent) => new LogNotifier(_log).NotifyAsync(gitOpsEvent, TestContext.Current.CancellationToken);

    private static GitOpsEvent Event(EventSeverity severity, int changes) =>
        new(Guid.NewGuid(), DateTimeOffset.UnixEpoch, severity, Reasons.ReconciliationSucceeded, $"{changes} created of {changes} objects.")
        {
            Unit = "apps",
            UnitKind = "Kustomization",
            Source = "fleet",
            Revision = new Revision("main", "sha1", "ab"),
            CommitAuthor = "Ada <ada@example.com>",
            CommitMessage = "Roll podinfo\n\nbecause it is newer",
            Changes = [.. Enumerable.Range(0, changes).Select(i => new ObjectChange(new ResourceId("", "ConfigMap", "default", $"c{i}"), ChangeAction.Created))],
            IsTransition = true,
        };
}
