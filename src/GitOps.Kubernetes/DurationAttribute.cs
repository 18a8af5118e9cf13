using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace GitOps.Kubernetes;

/// <summary>A time within bounds. <see cref="RangeAttribute"/> knows times only through reflection, which native code does not have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute(double fromSeconds, double toSeconds) : ValidationAttribute
{
    public override bool IsValid(object? value) => value is TimeSpan time && time.TotalSeconds >= fromSeconds && time.TotalSeconds <= toSeconds;

    public override string FormatErrorMessage(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"The field {name} must be between {TimeSpan.FromSeconds(fromSeconds):c} and {TimeSpan.FromSeconds(toSeconds):c}.");
}
