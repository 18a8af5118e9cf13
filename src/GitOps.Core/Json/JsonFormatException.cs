namespace GitOps.Json;

/// <summary>A text is not JSON, or goes over a limit. The message names the place.</summary>
internal sealed class JsonFormatException : GitOpsException
{
    public JsonFormatException(string reason, string message, SourceLocation location)
        : base(reason, location.ToString() is { Length: > 0 } at ? $"{at}: {message}" : message) => Location = location;
}
