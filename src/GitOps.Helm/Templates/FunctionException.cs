namespace GitOps.Helm.Templates;

/// <summary>A function's own failure; the engine adds where it was called.</summary>
internal sealed class FunctionException : Exception
{
    public FunctionException(string message)
        : base(message)
    {
    }

    public FunctionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
