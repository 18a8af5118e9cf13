using System.Diagnostics;
using System.Threading.Channels;
using GitOps;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows what the engine does, as it does it.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private readonly GitOpsEngine _engine;
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private readonly HashSet<(string? Unit, Revision? Revision)> _shown = [];
    private readonly List<(Func<GitOpsEvent, bool> Condition, TaskCompletionSource<GitOpsEvent> Found)> _waiters = [];
    private readonly Channel<Action> _lines = Channel.CreateUnbounded<Action>();
    private readonly Task _reader;
    private readonly Task _writer;

    public Screen(GitOpsEngine engine)
    {
        _engine = engine;
        _reader = ReadAsync(engine.ReadEventsAsync(_stop.Token));
        _writer = WriteAsync();
    }

    public void Title(string repository, string cluster) => Post(() =>
    {
        AnsiConsole.Write(new Rule("[bold]GitOps.Core[/]").LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"repository [blue]{repository}[/]");
        AnsiConsole.MarkupLineInterpolated($"cluster    [blue]{cluster}[/]");
    });

    public void Step(string text) => Post(() =>
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[yellow]{Markup.Escape(text)}[/]").LeftJustified());
    });

    public void Note(string text) => Line("", "grey", text);

    public void Units()
    {
        var units = _engine.GetUnits();
        Post(() =>
        {
            var table = new Table().RoundedBorder().AddColumns("unit", "kind", "ready", "objects", "renders", "revision");
            foreach (var unit in units)
            {
                table.AddRow(
                    Markup.Escape(unit.Name),
                    Markup.Escape(unit.Kind),
                    unit.IsReady ? "[green]yes[/]" : "[red]no[/]",
                    $"{unit.ObjectCount}",
                    $"{unit.RenderCount}",
                    Markup.Escape(unit.LastAppliedRevision is { } revision ? $"{revision.Name}@{revision.ShortDigest}" : "-"));
            }

            AnsiConsole.Write(table);
        });
    }

    public async Task<GitOpsEvent> NextEventAsync(Func<GitOpsEvent, bool> condition, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<GitOpsEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiters.Add((condition, found));
        }

        return await found.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until it is on the screen that a unit has reached a revision.</summary>
    public async Task ShownAsync(string unit, Revision revision, CancellationToken cancellationToken)
    {
        Task next;
        lock (_lock)
        {
            if (_shown.Contains((unit, revision)))
            {
                return;
            }

            next = NextEventAsync(e => e.Unit == unit && e.Revision == revision && IsEnd(e), cancellationToken);
        }

        await next;
    }

    /// <summary>Waits until everything that was posted is on the screen.</summary>
    public async Task FinishAsync()
    {
        Post(() => AnsiConsole.MarkupLineInterpolated($"[green]Done in {_watch.Elapsed.TotalSeconds:F1} s.[/]"));
        _lines.Writer.TryComplete();
        await _writer;
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writer;
        await _stop.CancelAsync();
        await _reader.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(IAsyncEnumerable<GitOpsEvent> events)
    {
        await foreach (var gitOpsEvent in events)
        {
            Show(gitOpsEvent);
            lock (_lock)
            {
                if (IsEnd(gitOpsEvent))
                {
                    _shown.Add((gitOpsEvent.Unit, gitOpsEvent.Revision));
                }

                foreach (var waiter in _waiters.Where(w => w.Condition(gitOpsEvent)).ToList())
                {
                    _waiters.Remove(waiter);
                    waiter.Found.TrySetResult(gitOpsEvent);
                }
            }
        }
    }

    private static bool IsEnd(GitOpsEvent gitOpsEvent) => gitOpsEvent.Reason is Reasons.ReconciliationSucceeded or Reasons.DriftCorrected;

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            line();
        }
    }

    private void Show(GitOpsEvent gitOpsEvent)
    {
        if (gitOpsEvent.Severity == EventSeverity.Trace)
        {
            foreach (var change in gitOpsEvent.Changes.Where(c => c.Action is not (ChangeAction.Unchanged or ChangeAction.Skipped)))
            {
                Line(gitOpsEvent.Unit, "grey", $"{change.Resource} {change.Action.ToString().ToLowerInvariant()}");
            }

            return;
        }

        var colour = (gitOpsEvent.Severity, gitOpsEvent.Reason) switch
        {
            (EventSeverity.Error, _) => "red",
            (_, Reasons.DriftDetected) => "yellow",
            _ => "green",
        };
        var commit = gitOpsEvent.Unit is null && gitOpsEvent.CommitMessage is { } message ? $" \"{message.Trim()}\" by {gitOpsEvent.CommitAuthor}" : "";
        Line(gitOpsEvent.Unit ?? gitOpsEvent.Source, colour, $"{gitOpsEvent.Message}{commit}");
    }

    private void Line(string? who, string colour, string text)
    {
        var line = $"{Clock()} [bold]{Markup.Escape((who ?? "").PadRight(16))}[/] [{colour}]{Markup.Escape(text)}[/]";
        Post(() => AnsiConsole.MarkupLine(line));
    }

    private string Clock() => $"[grey]{_watch.Elapsed.TotalSeconds,5:F1}s[/]";

    private void Post(Action line) => _lines.Writer.TryWrite(line);
}
