namespace GitOps;

/// <summary>How a scalar was written in its source.</summary>
public enum ScalarStyle : byte
{
    /// <summary>Without quotes.</summary>
    Plain,

    /// <summary>In single quotes.</summary>
    SingleQuoted,

    /// <summary>In double quotes; every JSON string has this style.</summary>
    DoubleQuoted,

    /// <summary>As a literal block (<c>|</c>).</summary>
    Literal,

    /// <summary>As a folded block (<c>&gt;</c>).</summary>
    Folded,
}
