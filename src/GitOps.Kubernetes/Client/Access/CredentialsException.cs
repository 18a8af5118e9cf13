namespace GitOps.Kubernetes.Client.Access;

/// <summary>The credentials for a request cannot be had.</summary>
internal sealed class CredentialsException(string message, Exception? innerException = null) : Exception(message, innerException);
