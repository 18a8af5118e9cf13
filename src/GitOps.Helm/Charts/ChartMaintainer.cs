namespace GitOps.Helm.Charts;

/// <summary>A maintainer as Chart.yaml names one.</summary>
internal sealed record ChartMaintainer(string Name, string Email, string Url);
