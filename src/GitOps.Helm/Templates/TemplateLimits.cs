namespace GitOps.Helm.Templates;

/// <summary>What one execution may use at most.</summary>
/// <param name="MaxOutputChars">The size of all text held by one execution's output and its includes.</param>
/// <param name="MaxDepth">How deeply templates may call templates.</param>
/// <param name="MaxSteps">How many actions may be evaluated.</param>
/// <param name="TimeLimit">How long one execution may take.</param>
internal sealed record TemplateLimits(
    int MaxOutputChars = 64 * 1024 * 1024,
    int MaxDepth = 10_000,
    long MaxSteps = 200_000_000,
    TimeSpan? TimeLimit = null)
{
    /// <summary>The limits used unless others are given.</summary>
    public static TemplateLimits Default { get; } = new(TimeLimit: TimeSpan.FromMinutes(2));
}
