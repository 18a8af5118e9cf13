namespace GitOps.Helm;

/// <summary>A rendered object that is no part of the release but runs at certain moments of its life.</summary>
/// <param name="Path">The template it came from, with the chart's name in front.</param>
/// <param name="Text">The rendered YAML.</param>
/// <param name="Kind">The object's kind.</param>
/// <param name="Name">The object's name.</param>
public sealed record HelmHook(string Path, string Text, string Kind, string Name)
{
    /// <summary>When it runs.</summary>
    public IReadOnlyList<HookEvent> Events { get; init; } = [];

    /// <summary>Its place among the hooks of one event: lower runs first. Default 0.</summary>
    public int Weight { get; init; }

    /// <summary>When it is deleted: <c>before-hook-creation</c>, <c>hook-succeeded</c>, <c>hook-failed</c>. Empty means <c>before-hook-creation</c>.</summary>
    public IReadOnlyList<string> DeletePolicies { get; init; } = [];

    /// <summary>When its log is kept: <c>hook-succeeded</c>, <c>hook-failed</c>.</summary>
    public IReadOnlyList<string> OutputLogPolicies { get; init; } = [];

    /// <summary>The text as a tree, when it was read and kept.</summary>
    internal Node? Tree { get; init; }

    /// <summary>Whether it is a test.</summary>
    public bool IsTest => Events.Contains(HookEvent.Test);
}
