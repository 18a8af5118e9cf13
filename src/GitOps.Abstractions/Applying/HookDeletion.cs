namespace GitOps;

/// <summary>When the object of a hook is deleted. A CustomResourceDefinition never is.</summary>
[Flags]
public enum HookDeletion
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>What an earlier run left is deleted before the hook runs again.</summary>
    BeforeCreation = 1,

    /// <summary>When it and all other hooks of the moment have succeeded, or a later one has failed.</summary>
    Succeeded = 2,

    /// <summary>When it has failed.</summary>
    Failed = 4,
}
