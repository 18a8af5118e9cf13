namespace GitOps;

/// <summary>
/// An object that is no part of the desired set but runs at certain moments around applying it: a migration before an upgrade, say.
/// It is in no inventory, is not kept free of drift, and is pruned by nothing but its own <see cref="Deletion"/>.
/// </summary>
/// <param name="Manifest">The object. A Job is waited for until it completes, a Pod until it succeeds; any other object has run once it is applied.</param>
/// <param name="Moments">When it runs.</param>
/// <remarks>The rules are those of Helm 4's hooks.</remarks>
public sealed record Hook(Manifest Manifest, HookMoments Moments)
{
    /// <summary>Its place among the hooks of one moment: lower runs first, then the name decides. Default 0.</summary>
    public int Weight { get; init; }

    /// <summary>When the object is deleted. Default: before it is made anew.</summary>
    public HookDeletion Deletion { get; init; } = HookDeletion.BeforeCreation;
}
