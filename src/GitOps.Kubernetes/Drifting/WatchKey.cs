using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Drifting;

/// <summary>What one watch is on, and as whom; an empty namespace is the whole cluster.</summary>
internal readonly record struct WatchKey(ApiResource Resource, string Namespace, string? User);
