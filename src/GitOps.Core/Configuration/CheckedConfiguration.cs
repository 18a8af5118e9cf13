using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace GitOps.Configuration;

/// <summary>
/// A view of the configuration that shows only what its schema allows, as the binder reads it. What is left out is reported by <see cref="SettingsCheck"/>;
/// the options can then be judged with all the rest, so that every mistake is found at once.
/// </summary>
internal class CheckedConfiguration(IConfiguration configuration, Setting setting) : IConfiguration
{
    private static readonly Setting Nothing = new(SettingKind.Scalar) { Scalar = new ScalarFormat("absent", static _ => null) };

    public string? this[string key]
    {
        get => GetSection(key).Value;
        set => configuration[key] = value;
    }

    public IConfigurationSection GetSection(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var end = key.IndexOf(':', StringComparison.Ordinal);
        var name = end < 0 ? key : key[..end];
        var section = new CheckedSection(configuration.GetSection(name), setting.Child(name) ?? Nothing);
        return end < 0 ? section : section.GetSection(key[(end + 1)..]);
    }

    public IEnumerable<IConfigurationSection> GetChildren() =>
        configuration.GetChildren()
            .Where(c => setting.Child(c.Key) is { } child && (child.Scalar is null || (c.Value is { } value && child.Scalar.Normalize(value) is not null)))
            .Select(c => new CheckedSection(c, setting.Child(c.Key)!));

    public IChangeToken GetReloadToken() => configuration.GetReloadToken();
}
