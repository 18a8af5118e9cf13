using System.Diagnostics.CodeAnalysis;

namespace GitOps.Helm;

/// <summary>Addresses of OCI registries, which hold charts too and are not spoken to.</summary>
internal static class OciAddress
{
    private const string Scheme = "oci://";

    /// <summary>Whether an address is one.</summary>
    public static bool IsOne([NotNullWhen(true)] string? address) => address?.Trim().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>What to do instead.</summary>
    public static string Advice(string address) =>
        $"{address.Trim()} is an OCI registry, and charts are not taken from registries: use the chart's http repository, put the chart (helm pull) into a Git or directory source, "
        + "or register an ISource of your own that hands out the chart's files.";
}
