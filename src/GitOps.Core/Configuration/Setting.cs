namespace GitOps.Configuration;

/// <summary>What may stand in one place of the configuration.</summary>
internal sealed record Setting(SettingKind Kind)
{
    /// <summary>A text in the place of a list's item or of a free name.</summary>
    public static Setting Text { get; } = new(SettingKind.Scalar) { Scalar = ScalarFormat.Of(typeof(string)) };

    public ScalarFormat? Scalar { get; init; }

    public Setting? Item { get; init; }

    public SettingsSchema? Section { get; init; }

    public bool OrText { get; init; }

    /// <summary>What may stand under a name below this one; <see langword="null"/> when there is no such setting.</summary>
    public Setting? Child(string name) => Kind switch
    {
        SettingKind.Texts => Text,
        SettingKind.List => Item,
        SettingKind.Section => Section!.Settings.GetValueOrDefault(name),
        _ => null,
    };
}
