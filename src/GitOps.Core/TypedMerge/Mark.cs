namespace GitOps.TypedMerge;

/// <summary>What a compared value itself is marked as.</summary>
[Flags]
internal enum Mark : byte
{
    /// <summary>Nothing differs.</summary>
    None = 0,

    /// <summary>Only the left side has it.</summary>
    Removed = 1,

    /// <summary>Both have it with different values.</summary>
    Modified = 2,

    /// <summary>Only the right side has it.</summary>
    Added = 4,
}
