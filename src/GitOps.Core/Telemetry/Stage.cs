using System.Diagnostics;

namespace GitOps.Telemetry;

/// <summary>One run of one stage of the pipeline: an activity and a duration.</summary>
internal sealed class Stage : IDisposable
{
    public const string Detect = "detect";
    public const string Fetch = "fetch";
    public const string Render = "render";
    public const string Validate = "validate";
    public const string Apply = "apply";
    public const string Verify = "verify";
    public const string Notify = "notify";

    // What a stage ends with that threw.
    private const string Error = "error";

    private readonly string _name;
    private readonly GitOpsMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Activity? _activity;
    private string _outcome = Error;

    private Stage(string name, GitOpsMetrics metrics, TimeProvider time, Activity? activity)
    {
        _name = name;
        _metrics = metrics;
        _time = time;
        _activity = activity;
        _start = time.GetTimestamp();
    }

    public static Stage Start(string name, string tag, string value, GitOpsMetrics metrics, TimeProvider time)
    {
        // The tag is there from the start, so that samplers and listeners can tell units apart.
        var activity = GitOpsTelemetry.Activities.HasListeners()
            ? GitOpsTelemetry.Activities.StartActivity($"gitops.{name}", ActivityKind.Internal, default(ActivityContext), [new(tag, value)])
            : null;
        return new Stage(name, metrics, time, activity);
    }

    public void Succeed() => _outcome = "success";

    public void Fail(string reason)
    {
        _outcome = "failure";
        _activity?.SetStatus(ActivityStatusCode.Error, reason);
    }

    public void Dispose()
    {
        if (_outcome == Error)
        {
            _activity?.SetStatus(ActivityStatusCode.Error);
        }

        _activity?.SetTag(GitOpsTelemetry.Tags.Outcome, _outcome);
        _activity?.Dispose();
        _metrics.StageEnded(_name, _outcome, _time.GetElapsedTime(_start));
    }
}
