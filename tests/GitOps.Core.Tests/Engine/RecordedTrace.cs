using System.Diagnostics;

namespace GitOps.Core.Tests.Engine;

/// <summary>The engine's activities below one of the test's own, in the order in which they end. Other tests run at the same time; theirs have other traces, and so have the notifiers of an engine that was made before.</summary>
internal sealed class RecordedTrace : IDisposable
{
    private readonly Activity _root = new Activity("test").Start();
    private readonly ActivityListener _listener;
    private readonly List<Activity> _stopped = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordedTrace()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GitOpsTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ActivitySpanId Root => _root.SpanId;

    public IReadOnlyList<Activity> Activities
    {
        get
        {
            lock (_stopped)
            {
                return [.. _stopped.Where(a => a.TraceId == _root.TraceId)];
            }
        }
    }

    /// <summary>The first activity of a unit, of whatever trace, as soon as it has ended.</summary>
    public async Task<Activity> StoppedAsync(string operation, string unit)
    {
        while (true)
        {
            Task arrived;
            lock (_stopped)
            {
                if (_stopped.Find(a => a.OperationName == operation && Equals(a.GetTagItem("gitops.unit.name"), unit)) is { } found)
                {
                    return found;
                }

                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _root.Dispose();
    }

    private void Stopped(Activity activity)
    {
        TaskCompletionSource arrived;
        lock (_stopped)
        {
            _stopped.Add(activity);
            arrived = _arrived;
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrived.TrySetResult();
    }
}
