namespace GitOps.Testing.Kits;

/// <summary>An implementation does not keep a promise of its contract. The message says which one.</summary>
public sealed class ConformanceFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which promise is not kept, and how.</param>
    public ConformanceFailedException(string message)
        : base(message)
    {
    }
}
