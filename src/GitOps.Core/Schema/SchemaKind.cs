namespace GitOps.Schema;

/// <summary>What a value of a type may be.</summary>
internal enum SchemaKind : byte
{
    /// <summary>Any scalar; anything inside is one opaque value. What an API server calls untyped.</summary>
    Untyped,

    /// <summary>Anything; maps are merged field by field, lists are atomic. For fields no schema describes.</summary>
    Deduced,

    /// <summary>A string.</summary>
    String,

    /// <summary>A 32-bit whole number.</summary>
    Integer,

    /// <summary>A 64-bit whole number.</summary>
    Long,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A truth value.</summary>
    Boolean,

    /// <summary>A quantity (<c>500m</c>, <c>1Gi</c>): a string or a number.</summary>
    Quantity,

    /// <summary>A whole number or a string.</summary>
    IntOrString,

    /// <summary>Bytes as a base64 string.</summary>
    Bytes,

    /// <summary>A time as an RFC 3339 string.</summary>
    Time,

    /// <summary>A map: named fields, free keys or both.</summary>
    Map,

    /// <summary>A list.</summary>
    List,
}
