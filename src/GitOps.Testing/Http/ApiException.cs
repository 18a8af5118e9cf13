using System.Globalization;

namespace GitOps.Testing;

/// <summary>A request fails with a status.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(ApiStatus status)
        : base(status.Message) => Status = status;

    public ApiStatus Status { get; }

    public static ApiException NotFound(string group, string resource, string name) => new(new ApiStatus
    {
        Code = 404,
        Reason = "NotFound",
        Message = $"{Qualified(group, resource)} \"{name}\" not found",
        Name = name,
        Group = group,
        Kind = resource,
    });

    public static ApiException PathNotFound() => new(new ApiStatus
    {
        Code = 404,
        Reason = "NotFound",
        Message = "the server could not find the requested resource",
    });

    public static ApiException AlreadyExists(string group, string resource, string name) => new(new ApiStatus
    {
        Code = 409,
        Reason = "AlreadyExists",
        Message = $"{Qualified(group, resource)} \"{name}\" already exists",
        Name = name,
        Group = group,
        Kind = resource,
    });

    public static ApiException Conflict(string group, string resource, string name, string message) => new(new ApiStatus
    {
        Code = 409,
        Reason = "Conflict",
        Message = $"Operation cannot be fulfilled on {Qualified(group, resource)} \"{name}\": {message}",
        Name = name,
        Group = group,
        Kind = resource,
    });

    public static ApiException BadRequest(string message) => new(new ApiStatus { Code = 400, Reason = "BadRequest", Message = message });

    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors) => new(new ApiStatus
    {
        Code = 422,
        Reason = "Invalid",
        Message = $"{Qualified(group, kind)} \"{name}\" is invalid: {(errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors) + "]")}",
        Name = name,
        Group = group,
        Kind = kind,
        Causes = [.. errors.Select(static e => new StatusCause(e.Reason, e.Detail, e.Field))],
    });

    public static ApiException Forbidden(string group, string resource, string name, string message) => new(new ApiStatus
    {
        Code = 403,
        Reason = "Forbidden",
        Message = name.Length == 0 ? $"{Qualified(group, resource)} is forbidden: {message}" : $"{Qualified(group, resource)} \"{name}\" is forbidden: {message}",
        Name = name,
        Group = group,
        Kind = resource,
    });

    public static ApiException MethodNotAllowed(string group, string resource, string verb) => new(new ApiStatus
    {
        Code = 405,
        Reason = "MethodNotAllowed",
        Message = $"{verb} is not supported on resources of kind \"{Qualified(group, resource)}\"",
        Group = group,
        Kind = resource,
    });

    public static ApiException Expired(string message) => new(new ApiStatus { Code = 410, Reason = "Expired", Message = message });

    public static ApiException Internal(string message) => new(new ApiStatus
    {
        Code = 500,
        Reason = "InternalError",
        Message = $"Internal error occurred: {message}",
        Causes = [new StatusCause("", message, "")],
    });

    // Errors of the merge machinery reach clients as a status without a reason.
    public static ApiException Unreasoned(string message) => new(new ApiStatus { Code = 500, Message = message });

    public static ApiException TooLongResourceVersion(long wanted, long current) => new(new ApiStatus
    {
        Code = 504,
        Reason = "Timeout",
        Message = string.Create(CultureInfo.InvariantCulture, $"Too large resource version: {wanted}, current: {current}"),
        Causes = [new StatusCause("ResourceVersionTooLarge", "Too large resource version", "")],
        RetryAfterSeconds = 1,
    });

    private static string Qualified(string group, string name) => group.Length == 0 ? name : $"{name}.{group}";
}
