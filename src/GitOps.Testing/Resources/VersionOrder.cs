using System.Globalization;

namespace GitOps.Testing;

/// <summary>Orders API versions the way Kubernetes prefers them: v2, v1, v1beta2, v1alpha1, anything else by name.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = Parse(x ?? "");
        var right = Parse(y ?? "");
        var order = right.Stability.CompareTo(left.Stability);
        order = order != 0 ? order : right.Major.CompareTo(left.Major);
        order = order != 0 ? order : right.Minor.CompareTo(left.Minor);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (int Stability, int Major, int Minor) Parse(string version)
    {
        if (version.Length < 2 || version[0] != 'v')
        {
            return (0, 0, 0);
        }

        var i = 1;
        while (i < version.Length && char.IsAsciiDigit(version[i]))
        {
            i++;
        }

        if (!int.TryParse(version.AsSpan(1, i - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var major))
        {
            return (0, 0, 0);
        }

        var rest = version[i..];
        if (rest.Length == 0)
        {
            return (3, major, 0);
        }

        foreach (var (name, stability) in ((string, int)[])[("beta", 2), ("alpha", 1)])
        {
            if (rest.StartsWith(name, StringComparison.Ordinal) && int.TryParse(rest.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
            {
                return (stability, major, minor);
            }
        }

        return (0, 0, 0);
    }
}
