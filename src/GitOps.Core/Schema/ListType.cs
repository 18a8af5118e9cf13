namespace GitOps.Schema;

/// <summary>How the items of a list are told apart when lists are merged.</summary>
internal enum ListType : byte
{
    /// <summary>The list is one value with one owner.</summary>
    Atomic,

    /// <summary>Each scalar is an item of its own.</summary>
    Set,

    /// <summary>Items are maps told apart by key fields.</summary>
    Map,
}
