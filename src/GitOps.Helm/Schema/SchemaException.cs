namespace GitOps.Helm.Schema;

/// <summary>A document that is no valid JSON schema.</summary>
internal sealed class SchemaException : Exception
{
    public SchemaException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
