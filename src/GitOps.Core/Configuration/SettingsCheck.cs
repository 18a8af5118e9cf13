using Microsoft.Extensions.Configuration;

namespace GitOps.Configuration;

/// <summary>Finds settings that nobody reads and values that cannot be read, in the engine's own settings and in all sections that are bound to options.</summary>
internal sealed class SettingsCheck(GitOpsConfiguration configuration, IEnumerable<BoundSection> sections) : IConfigurationCheck
{
    private const int LongestValue = 80;

    public IEnumerable<string> Check() =>
        EngineSettings.Schema.Settings.SelectMany(s => Check(configuration.Section.GetSection(s.Key), s.Value))
            .Concat(sections.SelectMany(s => Check(s.In(configuration), s.Setting)));

    private static IEnumerable<string> Check(IConfigurationSection section, Setting setting) => setting.Kind switch
    {
        SettingKind.Scalar => CheckScalar(section, setting.Scalar!),
        SettingKind.Section => CheckSection(section, setting),
        SettingKind.List => CheckItems(section, setting, "it must be a list"),
        _ => CheckItems(section, setting, "it must be a section of names and texts"),
    };

    private static IEnumerable<string> CheckScalar(IConfigurationSection section, ScalarFormat scalar)
    {
        if (section.GetChildren().Any())
        {
            yield return $"{section.Path} has settings of its own: it must be {scalar.Allowed}.";
        }
        else if (section.Value is { } value && scalar.Normalize(value) is null)
        {
            yield return $"{section.Path} is {(scalar.IsPrintable ? $"'{Shorten(value)}'" : "something else")}: it must be {scalar.Allowed}.";
        }
    }

    private static IEnumerable<string> CheckSection(IConfigurationSection section, Setting setting)
    {
        // The value is not repeated: where a section is expected it may well be a secret.
        if (section.Value is { Length: > 0 } && !setting.OrText)
        {
            yield return $"{section.Path} is a single value: it must be a section with settings such as {string.Join(", ", setting.Section!.Settings.Keys.Order(StringComparer.Ordinal).Take(3))}.";
        }

        foreach (var child in section.GetChildren())
        {
            if (setting.Child(child.Key) is { } known)
            {
                foreach (var mistake in Check(child, known))
                {
                    yield return mistake;
                }
            }
            else
            {
                yield return $"{child.Path} is not a setting{Suggest(child.Key, setting.Section!.Settings.Keys)}";
            }
        }
    }

    // An empty list stands in the configuration as an empty value.
    private static IEnumerable<string> CheckItems(IConfigurationSection section, Setting setting, string must) =>
        section.Value is { Length: > 0 }
            ? [$"{section.Path} is a single value: {must}."]
            : section.GetChildren().SelectMany(c => Check(c, setting.Child(c.Key)!));

    private static string Suggest(string wanted, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return names.Find(n => Distance(n, wanted) <= 2) is { } near
            ? $": did you mean {near}?"
            : $"; known are: {string.Join(", ", names)}.";
    }

    /// <summary>How many letters must be typed, removed or changed to come from one name to the other.</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > 2)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string Shorten(string value)
    {
        var line = string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= LongestValue ? line : $"{line[..LongestValue]}...";
    }
}
