namespace GitOps.Schema;

/// <summary>What the API server's own types make of a field that is absent or has its zero value.</summary>
internal enum ZeroValue : byte
{
    /// <summary>Left out when zero or empty.</summary>
    Omitted,

    /// <summary>Optional: kept when set, even to zero.</summary>
    Kept,

    /// <summary>Always written: the zero value when absent.</summary>
    Written,

    /// <summary>A struct that is always written: <c>{}</c> when empty.</summary>
    EmptyMap,

    /// <summary>A struct that is left out when it is zero.</summary>
    OmittedStruct,

    /// <summary>Written as <c>null</c> when absent.</summary>
    Null,
}
