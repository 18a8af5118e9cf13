using System.Globalization;

namespace GitOps.Configuration;

/// <summary>How a value of a type is written in the configuration.</summary>
/// <param name="Allowed">What is allowed, to follow "it must be".</param>
/// <param name="Normalize">Gives the text as the binder reads it, or <see langword="null"/> when it is no such value.</param>
internal sealed record ScalarFormat(string Allowed, Func<string, string?> Normalize)
{
    private static readonly ScalarFormat Text = new("a text", static text => text);

    private static readonly ScalarFormat Truth = new("true or false", static text => bool.TryParse(text, out _) ? text : null);

    private static readonly ScalarFormat Duration = new(
        "a duration such as 30s, 5m, 1h30m or 00:05:00",
        static text => DurationReader.TryRead(text, out var duration) ? duration.ToString("c", CultureInfo.InvariantCulture) : null);

    private static readonly ScalarFormat Address = new("an address", static text => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) ? text : null);

    private static readonly ScalarFormat Int = new(
        $"a whole number from {int.MinValue} to {int.MaxValue}",
        static text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? text : null);

    private static readonly ScalarFormat Long = new(
        "a whole number",
        static text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) ? text : null);

    private static readonly ScalarFormat Number = new(
        "a number such as 0.05",
        static text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? text : null);

    /// <summary>An address may hold a secret in its path, so it is not repeated in messages.</summary>
    public bool IsPrintable => !ReferenceEquals(this, Address);

    public static ScalarFormat? Of(Type type) =>
        type == typeof(string) ? Text
        : type == typeof(bool) ? Truth
        : type == typeof(TimeSpan) ? Duration
        : type == typeof(Uri) ? Address
        : type == typeof(int) ? Int
        : type == typeof(long) ? Long
        : type == typeof(double) ? Number
        : type.IsEnum ? OneOf(Enum.GetNames(type))
        : null;

    private static ScalarFormat OneOf(string[] names) => new(
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}",
        text => names.FirstOrDefault(n => string.Equals(n, text.Trim(), StringComparison.OrdinalIgnoreCase)));
}
