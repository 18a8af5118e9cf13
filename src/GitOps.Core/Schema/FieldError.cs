using GitOps.Json;

namespace GitOps.Schema;

/// <summary>A field of an object is wrong.</summary>
/// <param name="Reason">The cause's reason.</param>
/// <param name="Field">The field's path.</param>
/// <param name="Detail">What is wrong, without the path.</param>
internal sealed record FieldError(string Reason, string Field, string Detail)
{
    public static FieldError Invalid(string field, Node? value, string detail) => new("FieldValueInvalid", field, $"Invalid value: {Show(value)}: {detail}");

    public static FieldError Invalid(string field, string value, string detail) => new("FieldValueInvalid", field, $"Invalid value: {GoJson.Write(ScalarNode.String(value))}: {detail}");

    public static FieldError Required(string field, string detail = "") => new("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError NotSupported(string field, string value, IEnumerable<string> supported) =>
        new("FieldValueNotSupported", field, $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(static s => $"\"{s}\""))}");

    public static FieldError Forbidden(string field, string detail) => new("FieldValueForbidden", field, $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, Node? value) => new("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public static FieldError TypeInvalid(string field, string value, string detail) => new("FieldValueTypeInvalid", field, $"Invalid value: \"{value}\": {detail}");

    public static FieldError NotFound(string field, string value) => new("FieldValueNotFound", field, $"Not found: \"{value}\"");

    public static FieldError TooLong(string field, int max) => new("FieldValueTooLong", field, $"Too long: may not be more than {max} bytes");

    public static FieldError TooMany(string field, int actual, int max) => new("FieldValueTooMany", field, $"Too many: {actual}: must have at most {max} items");

    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Detail}";

    private static string Show(Node? value) => value is null ? "null" : GoJson.Write(value);
}
