using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GitOps.AspNetCore;

/// <summary>Healthy when all units are ready, degraded when some are not. The host itself is never unhealthy because a commit is bad.</summary>
internal sealed class GitOpsHealthCheck(GitOpsEngine engine) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var units = engine.GetUnits();
        var failing = units.Where(u => u is { IsReady: false, IsSuspended: false }).ToList();
        var data = failing.ToDictionary(u => u.Name, object (u) => u.Condition(ConditionTypes.Ready)?.Reason ?? "Unknown", StringComparer.Ordinal);
        return Task.FromResult(failing.Count == 0
            ? HealthCheckResult.Healthy($"{units.Count} units are ready.")
            : HealthCheckResult.Degraded($"{failing.Count} of {units.Count} units are not ready: {string.Join(", ", failing.Take(10).Select(u => u.Name))}.", data: data));
    }
}
