using Microsoft.Extensions.Configuration;

namespace GitOps.Configuration;

/// <summary>A section of <see cref="CheckedConfiguration"/>.</summary>
internal sealed class CheckedSection(IConfigurationSection section, Setting setting) : CheckedConfiguration(section, setting), IConfigurationSection
{
    private readonly IConfigurationSection _section = section;
    private readonly Setting _setting = setting;

    public string Key => _section.Key;

    public string Path => _section.Path;

    public string? Value
    {
        get => _section.Value is not { } value ? null : _setting.Scalar is { } scalar ? scalar.Normalize(value) : _setting.OrText ? value : null;
        set => _section.Value = value;
    }
}
