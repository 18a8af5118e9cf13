namespace GitOps.Helm.Releases;

/// <summary>The rule for names of releases.</summary>
internal static class ReleaseName
{
    private const int MaxLength = 53;

    /// <summary>Refuses a name that Helm would refuse.</summary>
    /// <exception cref="HelmException">The name is missing, too long, or has other characters than a DNS name.</exception>
    public static void Validate(string name)
    {
        if (name.Length == 0)
        {
            throw new HelmException("release name check failed: release name \"\": no name provided");
        }

        if (name.Length > MaxLength || !name.Split('.').All(IsLabel))
        {
            throw new HelmException(
                $"release name check failed: release name \"{name}\": invalid release name, must match regex "
                + @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
                + $" and the length must not be longer than {MaxLength}");
        }
    }

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
