namespace GitOps.Helm.Templates;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a template that writes output or steers it.</summary>
internal abstract class Statement(int position) : Node(position)
{
    /// <summary>Runs the statement.</summary>
    /// <param name="execution">The run.</param>
    /// <param name="dot">The current dot.</param>
    /// <returns>Whether a loop is left or continued.</returns>
    public abstract Flow Walk(Execution execution, object? dot);
}
