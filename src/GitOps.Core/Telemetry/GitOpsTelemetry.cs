using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace GitOps;

/// <summary>The names under which the engine reports traces and metrics: activity source and meter <c>GitOps</c>.</summary>
public static class GitOpsTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>.</summary>
    public const string Name = "GitOps";

    internal static readonly ActivitySource Activities = new(Name);

    internal static class Tags
    {
        public const string Unit = "gitops.unit.name";
        public const string UnitKind = "gitops.unit.kind";
        public const string Source = "gitops.source.name";
        public const string Stage = "gitops.stage";
        public const string Outcome = "gitops.outcome";
        public const string Action = "gitops.action";
    }
}
