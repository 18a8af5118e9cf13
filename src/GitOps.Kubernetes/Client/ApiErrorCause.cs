namespace GitOps.Kubernetes.Client;

/// <summary>One cause in a <c>Status</c>: for an invalid object the field, for an ownership conflict the manager.</summary>
internal readonly record struct ApiErrorCause(string Reason, string Field, string Message);
