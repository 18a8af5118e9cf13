using System.Globalization;
using System.Text;

namespace GitOps.Helm.Charts;

/// <summary>Checks what Chart.yaml says and cleans its texts: other spaces become blanks, what cannot be printed goes.</summary>
internal static class ChartMetadataValidator
{
    /// <summary>Checks and cleans, in place.</summary>
    /// <exception cref="HelmException">Something is missing or malformed.</exception>
    public static void Validate(ChartMetadata metadata)
    {
        metadata.Name = Clean(metadata.Name);
        metadata.Description = Clean(metadata.Description);
        metadata.Home = Clean(metadata.Home);
        metadata.Icon = Clean(metadata.Icon);
        metadata.Condition = Clean(metadata.Condition);
        metadata.Tags = Clean(metadata.Tags);
        metadata.AppVersion = Clean(metadata.AppVersion);
        metadata.KubeVersion = Clean(metadata.KubeVersion);
        metadata.Sources = [.. metadata.Sources.Select(Clean)];
        metadata.Keywords = [.. metadata.Keywords.Select(Clean)];

        Require(metadata.ApiVersion.Length > 0, "chart.metadata.apiVersion is required");
        Require(metadata.Name.Length > 0, "chart.metadata.name is required");
        Require(metadata.Name is not ("." or ".."), $"chart.metadata.name \"{metadata.Name}\" is not allowed");
        Require(string.Equals(metadata.Name, GoPath.Base(metadata.Name), StringComparison.Ordinal), $"chart.metadata.name \"{metadata.Name}\" is invalid");
        Require(metadata.Version.Length > 0, "chart.metadata.version is required");
        Require(SemVersion.TryParse(metadata.Version, out _), $"chart.metadata.version \"{metadata.Version}\" is invalid");
        Require(metadata.Type is "" or "application" or "library", "chart.metadata.type must be application or library");

        Require(!metadata.Maintainers.Contains(null), "maintainers must not contain empty or null nodes");
        metadata.Maintainers = [.. metadata.Maintainers.Select(m => new ChartMaintainer(Clean(m!.Name), Clean(m.Email), Clean(m.Url)))];

        if (metadata.Dependencies is not { } dependencies)
        {
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < dependencies.Count; i++)
        {
            Require(dependencies[i] is not null, "dependencies must not contain empty or null nodes");
            var dependency = Clean(dependencies[i]!);
            dependencies[i] = dependency;
            Require(IsAlias(dependency.Alias), $"dependency \"{dependency.Name}\" has disallowed characters in the alias");
            var key = dependency.Alias.Length > 0 ? dependency.Alias : dependency.Name;
            Require(names.Add(key), $"more than one dependency with name or alias \"{key}\"");
        }
    }

    private static ChartDependency Clean(ChartDependency dependency) => new()
    {
        Name = Clean(dependency.Name),
        Version = Clean(dependency.Version),
        Repository = Clean(dependency.Repository),
        Condition = Clean(dependency.Condition),
        Tags = [.. dependency.Tags.Select(Clean)],
        Enabled = dependency.Enabled,
        ImportValues = dependency.ImportValues,
        Alias = dependency.Alias,
    };

    private static bool IsAlias(string alias) => alias.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                clean.Append(' ');
            }
            else if (IsPrintable(rune))
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new HelmException($"validation: {message}");
        }
    }
}
