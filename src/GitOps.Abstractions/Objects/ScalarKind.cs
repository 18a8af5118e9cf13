namespace GitOps;

/// <summary>What a scalar means once its source text has been resolved the way Kubernetes reads YAML (go-yaml's YAML 1.1 rules) or JSON.</summary>
public enum ScalarKind : byte
{
    /// <summary>No value: <c>null</c>, <c>~</c> or nothing at all.</summary>
    Null,

    /// <summary>A truth value.</summary>
    Boolean,

    /// <summary>A whole number; <see cref="ScalarNode.Text"/> keeps its source form (<c>0644</c>, <c>0x1F</c>).</summary>
    Integer,

    /// <summary>A floating-point number; <see cref="ScalarNode.Text"/> keeps its source form (<c>1.0</c>, <c>1e21</c>).</summary>
    Float,

    /// <summary>Text.</summary>
    String,

    /// <summary>A bare YAML date or date-time (<c>2001-12-14</c>); JSON writers turn it into an RFC 3339 string.</summary>
    Timestamp,

    /// <summary>A <c>!!binary</c> scalar; <see cref="ScalarNode.Text"/> holds the base64 source text.</summary>
    Binary,
}
