using Microsoft.Extensions.Configuration;

namespace GitOps.Configuration;

/// <summary>The settings of the engine as a whole, which stand at the root of its section.</summary>
internal static class EngineSettings
{
    public static SettingsSchema Schema { get; } = SettingsSchema.Of<GitOpsOptions>();

    public static void Bind(IConfiguration section, GitOpsOptions options) =>
        new CheckedConfiguration(section, new Setting(SettingKind.Section) { Section = Schema }).Bind(options);
}
