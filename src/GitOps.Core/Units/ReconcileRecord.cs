namespace GitOps;

/// <summary>One past reconciliation of a unit; repeats with the same outcome at the same revision are counted in one record.</summary>
/// <param name="Revision">The revision that was attempted; <see langword="null"/> when there was none yet.</param>
/// <param name="Succeeded">Whether it went well.</param>
/// <param name="Reason">A stable reason, see <see cref="Reasons"/>.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="FirstAt">When the first of the counted reconciliations ended.</param>
/// <param name="LastAt">When the last of them ended.</param>
/// <param name="LastDuration">How long the last of them took.</param>
/// <param name="Count">How many there were.</param>
public sealed record ReconcileRecord(Revision? Revision, bool Succeeded, string Reason, string Message, DateTimeOffset FirstAt, DateTimeOffset LastAt, TimeSpan LastDuration, int Count);
