namespace GitOps.Helm.Values;

/// <summary>A <c>--set</c> style expression that cannot be read; the message is Helm's.</summary>
internal sealed class SetSyntaxException : Exception
{
    public SetSyntaxException(string message)
        : base(message)
    {
    }
}
