using GitOps.Kubernetes.Client;

namespace GitOps.Kubernetes.Applying;

/// <summary>Turns the API server's refusals into findings with a stable reason and a way out.</summary>
internal static class Failures
{
    private static readonly string[] s_immutableTexts =
    [
        "is immutable", "immutable field", "field is immutable", "immutable after creation", "may not change once set", "may not be changed once", "cannot be changed", "can't be changed",
        "updates to statefulset spec for fields other than", "updates to deployment spec for fields other than", "pod updates may not change fields other than", "cannot change roleref",
        "can not be unset", "updates to provisioner are forbidden", "updates to parameters are forbidden", "updates to reclaimpolicy are forbidden", "updates to volumebindingmode are forbidden", "self == oldself",
    ];

    /// <summary>Objects that hold data or other objects: these are never deleted to be made anew.</summary>
    public static bool IsNeverRecreated(GroupKind kind) => kind is
    { Group: "", Kind: "PersistentVolume" or "PersistentVolumeClaim" or "Namespace" } or { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" };

    /// <summary>Whether the server says that a field which cannot change was to be changed - not merely that something is invalid.</summary>
    public static bool IsImmutable(ApiError error)
    {
        if (error.StatusCode is not (422 or 400 or 403 or 409) || error.IsFieldManagerConflict)
        {
            return false;
        }

        return error.Causes.Count > 0 ? error.Causes.Any(c => Says(c.Message)) : Says(error.Message);

        static bool Says(string text) => s_immutableTexts.Any(t => text.Contains(t, StringComparison.OrdinalIgnoreCase));
    }

    public static string ReasonOf(ApiError error) => error switch
    {
        { StatusCode: 401 } => Reasons.AuthenticationFailed,
        _ when IsImmutable(error) => Reasons.ImmutableField,
        { StatusCode: 403 } => Reasons.Forbidden,
        { StatusCode: 409 } or { IsNotLeading: true } => Reasons.Conflict,
        { StatusCode: 400 or 422 } => Reasons.ValidationFailed,
        { StatusCode: 404 } => Reasons.NotFound,
        { StatusCode: 413 } => Reasons.LimitExceeded,
        { IsTransient: true } => Reasons.ClusterUnavailable,
        _ => Reasons.ApplyFailed,
    };

    /// <summary>A finding about the cluster as a whole.</summary>
    public static Diagnostic General(ApiError error, string what, string? user) =>
        Diagnostic.Error(ReasonOf(error), $"{what}: {Explain(error, user)}");

    /// <summary>A finding about one object.</summary>
    public static Diagnostic Of(ApiError error, ResourceId id, SourceLocation? location, string? user) =>
        Diagnostic.Error(ReasonOf(error), Explain(error, user), location, id);

    public static string Explain(ApiError error, string? user)
    {
        var message = error.Message.TrimEnd('.');
        return error switch
        {
            { IsWithoutCredentials: true } => message,
            { StatusCode: 401 } => $"the API server does not accept the credentials ({message}): renew the token or client certificate",
            _ when IsImmutable(error) => $"{message}: this field cannot change on a live object; allow recreation (force: enabled) or delete the object",
            { StatusCode: 403 } => $"{message}{(user is null ? "" : $" (acting as {user})")}: grant the permission to the identity that applies",
            { IsNamespaceMissing: true } => $"{message}: add the Namespace to the set or make it beforehand",
            { IsFieldManagerConflict: true } => $"other field managers own fields of it: {string.Join("; ", error.Causes.Select(c => $"{c.Field} ({c.Message})"))}. Take the fields out of the manifest, or allow taking them over",
            { IsUnreachable: true } => $"{message}",
            { StatusCode: 429 or 503 } => $"the API server is too busy or not ready ({message})",
            { StatusCode: >= 500 } => $"the API server failed ({error.StatusCode}): {message}",
            _ => message,
        };
    }
}
