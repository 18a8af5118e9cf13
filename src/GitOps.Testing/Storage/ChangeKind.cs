namespace GitOps.Testing;

/// <summary>What happened to an object.</summary>
internal enum ChangeKind : byte
{
    /// <summary>It was created.</summary>
    Added,

    /// <summary>It was changed.</summary>
    Modified,

    /// <summary>It was deleted.</summary>
    Deleted,
}
