namespace GitOps;

/// <summary>What happens, or happened, to an object.</summary>
public enum ChangeAction
{
    /// <summary>It is as desired.</summary>
    Unchanged,

    /// <summary>It is made.</summary>
    Created,

    /// <summary>Some of its fields are changed.</summary>
    Configured,

    /// <summary>It is deleted and made anew.</summary>
    Recreated,

    /// <summary>It is deleted because it left the set.</summary>
    Deleted,

    /// <summary>It is left alone on purpose: a policy annotation says so, or it belongs to another owner by now.</summary>
    Skipped,

    /// <summary>It is a hook that ran and succeeded.</summary>
    Ran,
}
