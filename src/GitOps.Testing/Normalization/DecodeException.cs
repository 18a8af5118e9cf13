namespace GitOps.Testing;

/// <summary>A value cannot be read into its type. The message reads like Go's decoder.</summary>
internal sealed class DecodeException(string message) : Exception(message);
