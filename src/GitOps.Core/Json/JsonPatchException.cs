namespace GitOps.Json;

/// <summary>A JSON patch cannot be applied.</summary>
internal sealed class JsonPatchException : GitOpsException
{
    public JsonPatchException(int operation, string message, bool malformed = false)
        : base(Reasons.BuildFailed, message)
    {
        Operation = operation;
        Malformed = malformed;
    }

    /// <summary>The place of the operation in the patch, from 0; -1 for the patch as a whole.</summary>
    public int Operation { get; }

    /// <summary>Whether the patch itself is malformed, as against not fitting the document.</summary>
    public bool Malformed { get; }
}
