using System.Globalization;
using GitOps.Helm.Functions;

namespace GitOps.Helm.Capabilities;

/// <summary>A version of Kubernetes as <c>--kube-version</c> takes it.</summary>
/// <param name="Full">With a <c>v</c> in front and all suffixes.</param>
/// <param name="Normalized">With a <c>v</c> in front and without suffixes.</param>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
internal sealed record KubernetesVersion(string Full, string Normalized, string Major, string Minor)
{
    /// <summary>What Helm 4.2.3 assumes without a cluster.</summary>
    public static KubernetesVersion Default { get; } = new("v1.36.0", "v1.36.0", "1", "36");

    /// <summary>Reads a version.</summary>
    /// <exception cref="HelmException">The text is no version.</exception>
    public static KubernetesVersion Parse(string text)
    {
        var trimmed = text.AsSpan().TrimStart(" \t\n\f\r");
        if (trimmed.StartsWith('v'))
        {
            trimmed = trimmed[1..];
        }

        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || (trimmed[end] == '.' && end > 0 && end + 1 < trimmed.Length && char.IsAsciiDigit(trimmed[end + 1]))))
        {
            end++;
        }

        if (end == 0)
        {
            throw Invalid(text, $"could not parse \"{text}\" as version");
        }

        var parts = trimmed[..end].ToString().Split('.');
        if (parts.Length < 2)
        {
            throw Invalid(text, $"illegal version string \"{text}\"");
        }

        if (parts[0].Length > 1 && parts[0][0] == '0')
        {
            throw Invalid(text, $"illegal zero-prefixed version component \"{parts[0]}\" in \"{text}\"");
        }

        var numbers = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            numbers.Add(ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : throw Invalid(text, $"illegal non-numeric version component \"{part}\" in \"{text}\""));
        }

        return new KubernetesVersion(text.StartsWith('v') ? text : $"v{text}", $"v{string.Join('.', numbers)}", numbers[0], numbers[1]);
    }

    public KubeVersionObject ToTemplateObject() => new(Full, Normalized, Major, Minor);

    private static HelmException Invalid(string text, string problem) => new($"invalid kube version '{text}': {problem}");
}
