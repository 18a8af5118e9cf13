using Microsoft.Extensions.Configuration;

namespace GitOps.Configuration;

/// <summary>A named set of options and the section of the configuration that it is bound to.</summary>
internal sealed record BoundSection(Type Options, string Name, string Subsection, SettingsSchema Schema)
{
    public Setting Setting { get; } = new(SettingKind.Section) { Section = Schema };

    public IConfigurationSection In(GitOpsConfiguration configuration)
    {
        // Settings that there is only one set of stand in the subsection itself.
        var section = configuration.Section.GetSection(Subsection);
        return Name.Length == 0 ? section : section.GetSection(Name);
    }
}
