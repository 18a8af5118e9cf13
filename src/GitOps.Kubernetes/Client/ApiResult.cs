using System.Diagnostics.CodeAnalysis;

namespace GitOps.Kubernetes.Client;

/// <summary>The answer to a request: an object or an error, never an exception for what a cluster may well do.</summary>
internal readonly struct ApiResult
{
    private ApiResult(int statusCode, MapNode? body, ApiError? error)
    {
        StatusCode = statusCode;
        Body = body;
        Error = error;
    }

    public int StatusCode { get; }

    public MapNode? Body { get; }

    public ApiError? Error { get; }

    [MemberNotNullWhen(true, nameof(Body))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    public bool WasCreated => StatusCode == 201;

    public static ApiResult Success(int statusCode, MapNode body) => new(statusCode, body, null);

    public static ApiResult Failure(ApiError error) => new(error.StatusCode, null, error);
}
