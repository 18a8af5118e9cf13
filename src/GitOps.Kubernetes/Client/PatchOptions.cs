namespace GitOps.Kubernetes.Client;

/// <summary>Choices for a write.</summary>
internal sealed record PatchOptions
{
    public string? FieldManager { get; init; }

    public bool Force { get; init; }

    public bool DryRun { get; init; }

    public string? Subresource { get; init; }

    /// <summary>Whether it is enough to know that the object was created: the answer is not read then, and its body is empty.</summary>
    public bool StatusOnly { get; init; }

    /// <summary><c>Strict</c>, <c>Warn</c> or <c>Ignore</c>; servers before 1.25 ignore it.</summary>
    public string? FieldValidation { get; init; }
}
