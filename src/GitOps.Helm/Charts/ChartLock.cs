namespace GitOps.Helm.Charts;

/// <summary>What Chart.lock (or requirements.lock) says: the versions the dependencies were resolved to.</summary>
internal sealed record ChartLock(string Generated, string Digest, IReadOnlyList<ChartDependency?> Dependencies);
