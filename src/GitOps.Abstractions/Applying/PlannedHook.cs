namespace GitOps;

/// <summary>A hook that a plan runs.</summary>
/// <param name="Resource">The hook's object.</param>
/// <param name="Phase">Whether it runs before or after the objects of the set.</param>
public sealed record PlannedHook(ResourceId Resource, HookPhase Phase);
