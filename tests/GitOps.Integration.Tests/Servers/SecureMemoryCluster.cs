namespace GitOps.Integration.Tests.Servers;

/// <summary>The in-memory API server over TLS, as kubectl wants it before it sends a token.</summary>
public sealed class SecureMemoryCluster() : MemoryCluster(https: true);
