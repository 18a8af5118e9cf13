using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Which of a type's forms a value takes.</summary>
internal enum Shape : byte
{
    /// <summary>A leaf.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>A map.</summary>
    Map,

    /// <summary>Nothing tells yet: absent or null where anything may stand. Treated as a map.</summary>
    Any,
}

/// <summary>The structure that merging sees in a type.</summary>
internal static class Shapes
{
    public static Shape Of(SchemaType type, Node? value) => type.Kind switch
    {
        SchemaKind.Map => Shape.Map,
        SchemaKind.List => Shape.List,
        SchemaKind.Deduced or SchemaKind.Untyped => value switch
        {
            MapNode => Shape.Map,
            ListNode => Shape.List,
            ScalarNode { Kind: not ScalarKind.Null } => Shape.Scalar,
            _ => Shape.Any,
        },
        _ => Shape.Scalar,
    };

    public static bool IsAtomicMap(SchemaType type) => type.Atomic || type.Kind == SchemaKind.Untyped;

    public static bool IsAtomicList(SchemaType type) => type.Kind != SchemaKind.List || type.ListType == ListType.Atomic;

    public static SchemaType ItemsOf(SchemaType type) => type.Items ?? SchemaType.Untyped;
}
