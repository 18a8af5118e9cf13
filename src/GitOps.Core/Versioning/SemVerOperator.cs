namespace GitOps;

/// <summary>How a range compares.</summary>
internal enum SemVerOperator
{
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}
