using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using GitOps.Configuration;

namespace GitOps;

/// <summary>
/// Which settings a section of the configuration may have, taken from the properties of the options that it is bound to. With it a section is checked before it
/// is bound, so that all mistakes - names that nobody reads, values that cannot be read - are reported together, each with its configuration path.
/// </summary>
/// <remarks>Thread-safe. Properties that hold code (delegates) cannot be set in configuration.</remarks>
public sealed class SettingsSchema
{
    private readonly Type _type;
    private readonly bool _orText;

    private SettingsSchema(Type type, IReadOnlyDictionary<string, Setting> settings, bool orText)
    {
        _type = type;
        _orText = orText;
        Settings = settings;
    }

    /// <summary>The settings by their names, without regard to case.</summary>
    internal IReadOnlyDictionary<string, Setting> Settings { get; }

    /// <summary>The schema of options.</summary>
    /// <typeparam name="T">The options.</typeparam>
    /// <param name="parts">The schemas of options inside them, singly or in lists.</param>
    /// <returns>The schema.</returns>
    public static SettingsSchema Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(params IReadOnlyList<SettingsSchema> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var settings = new Dictionary<string, Setting>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (Describe(property.PropertyType, parts) is { } setting)
            {
                settings.Add(property.Name, setting);
            }
        }

        return new SettingsSchema(typeof(T), settings, orText: false);
    }

    /// <summary>The same, for options that may also stand as a single text in the place of their section.</summary>
    /// <returns>The schema.</returns>
    public SettingsSchema OrText() => new(_type, Settings, orText: true);

    private static Setting? Describe(Type type, IReadOnlyList<SettingsSchema> parts)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ScalarFormat.Of(type) is { } scalar)
        {
            return new Setting(SettingKind.Scalar) { Scalar = scalar };
        }

        if (type.IsAssignableTo(typeof(IEnumerable<KeyValuePair<string, string>>)))
        {
            return new Setting(SettingKind.Texts);
        }

        var element = type.IsGenericType ? type.GenericTypeArguments[0] : null;
        if (element is not null && type.IsAssignableTo(typeof(System.Collections.IEnumerable)))
        {
            return Describe(element, parts) is { } item ? new Setting(SettingKind.List) { Item = item } : null;
        }

        return parts.FirstOrDefault(p => p._type == type) is { } part ? new Setting(SettingKind.Section) { Section = part, OrText = part._orText } : null;
    }
}
