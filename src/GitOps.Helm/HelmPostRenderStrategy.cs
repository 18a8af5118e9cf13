namespace GitOps.Helm;

/// <summary>How hooks reach the post-renderer.</summary>
public enum HelmPostRenderStrategy
{
    /// <summary>Objects and hooks go through it together.</summary>
    Combined,

    /// <summary>Objects and hooks go through it one after the other.</summary>
    Separate,

    /// <summary>Only objects go through it.</summary>
    NoHooks,
}
