using Microsoft.Extensions.Logging;

namespace GitOps.Kubernetes.Drifting;

/// <summary>What the drift watch logs.</summary>
internal static partial class UnitWatchLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Drift of {Kind} in {Scope} cannot be watched for unit {Unit}: {Problem}. It is looked for whenever the unit is reconciled; grant list and watch to be told at once")]
    public static partial void Unwatchable(ILogger logger, string unit, string kind, string scope, string problem);
}
