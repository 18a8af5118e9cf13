namespace GitOps.Helm;

/// <summary>How the right side of a <c>name=value</c> expression is read.</summary>
public enum SetValueKind
{
    /// <summary><c>--set</c>: booleans, null and whole numbers are recognised, <c>{a,b}</c> is a list, everything else is a string.</summary>
    Typed,

    /// <summary><c>--set-string</c>: always a string; <c>{a,b}</c> is a list of strings.</summary>
    String,

    /// <summary><c>--set-json</c>: JSON; the whole expression may also be one JSON object.</summary>
    Json,

    /// <summary><c>--set-file</c>: the text of the named file.</summary>
    File,

    /// <summary><c>--set-literal</c>: everything after the equals sign, as it is.</summary>
    Literal,
}
