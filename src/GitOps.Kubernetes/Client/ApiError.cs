namespace GitOps.Kubernetes.Client;

/// <summary>Why the API server, or the way to it, refused a request.</summary>
internal sealed record ApiError(int StatusCode, string Reason, string Message)
{
    public IReadOnlyList<ApiErrorCause> Causes { get; init; } = [];

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>No response was had at all.</summary>
    public bool IsUnreachable => StatusCode == 0;

    public bool IsNotFound => StatusCode == 404;

    public bool IsForbidden => StatusCode == 403;

    public bool IsConflict => StatusCode == 409;

    public bool IsInvalid => StatusCode == 422;

    public bool IsGone => StatusCode == 410;

    public bool IsAlreadyExists => StatusCode == 409 && Reason == "AlreadyExists";

    public bool IsFieldManagerConflict => StatusCode == 409 && Causes.Any(c => c.Reason == "FieldManagerConflict");

    /// <summary>The server refuses because the namespace is missing or going away, not because of the object.</summary>
    public bool IsNamespaceMissing => (StatusCode == 404 && Message.StartsWith("namespaces ", StringComparison.Ordinal) && Message.EndsWith("not found", StringComparison.Ordinal));

    /// <summary>Another attempt may well succeed.</summary>
    public bool IsTransient => StatusCode is 0 or 429 or 500 or 502 or 503 or 504;

    /// <summary>The request was not sent: the lease that it needs is not held.</summary>
    public bool IsNotLeading => StatusCode == 412 && Reason == "NotLeading";

    public static ApiError NotLeading(string message) => new(412, "NotLeading", message);

    /// <summary>The request was not sent: there was nothing to send it with.</summary>
    public bool IsWithoutCredentials => StatusCode == 401 && Reason == "NoCredentials";

    public static ApiError NoCredentials(string message) => new(401, "NoCredentials", message);

    public static ApiError Unreachable(string message) => new(0, "Unreachable", message);

    public static ApiError FromStatus(int statusCode, MapNode? status, TimeSpan? retryAfter)
    {
        var details = status?.GetMap("details");
        List<ApiErrorCause> causes = [];
        foreach (var node in details?.GetList("causes") ?? [])
        {
            if (node is MapNode cause)
            {
                causes.Add(new ApiErrorCause(cause.GetString("reason") ?? "", cause.GetString("field") ?? "", cause.GetString("message") ?? ""));
            }
        }

        if (retryAfter is null && details?["retryAfterSeconds"] is ScalarNode seconds && seconds.TryGetInt64(out var wait) && wait is > 0 and < 3600)
        {
            retryAfter = TimeSpan.FromSeconds(wait);
        }

        return new ApiError(statusCode, status?.GetString("reason") ?? "", status?.GetString("message") ?? $"the server answered with status {statusCode}")
        {
            Causes = causes,
            RetryAfter = retryAfter,
        };
    }
}
