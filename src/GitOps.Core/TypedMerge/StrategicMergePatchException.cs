namespace GitOps.TypedMerge;

/// <summary>A strategic merge patch cannot be applied.</summary>
/// <param name="fault">What is wrong with it.</param>
/// <param name="message">The same in words.</param>
internal sealed class StrategicMergePatchException(StrategicMergePatchFault fault, string message) : GitOpsException(Reasons.BuildFailed, message)
{
    /// <summary>What is wrong with the patch.</summary>
    public StrategicMergePatchFault Fault { get; } = fault;
}
