namespace GitOps.TypedMerge;

/// <summary>An apply without force meets fields that other managers own.</summary>
internal sealed class ApplyConflictException : GitOpsException
{
    public ApplyConflictException(IReadOnlyList<ApplyConflict> conflicts)
        : base(Reasons.Conflict, Describe(conflicts)) => Conflicts = conflicts;

    /// <summary>The conflicts.</summary>
    public IReadOnlyList<ApplyConflict> Conflicts { get; }

    private static string Describe(IReadOnlyList<ApplyConflict> conflicts)
    {
        if (conflicts.Count == 1)
        {
            return $"Apply failed with 1 conflict: conflict with {conflicts[0].DisplayManager}: {conflicts[0].Field}";
        }

        var lines = conflicts
            .GroupBy(c => c.DisplayManager, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => g.Select(c => $"- {c.Field}").Prepend($"conflicts with {g.Key}:"));
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
    }
}
