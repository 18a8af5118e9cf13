namespace GitOps.Configuration;

/// <summary>The form of a setting.</summary>
internal enum SettingKind
{
    /// <summary>One value.</summary>
    Scalar,

    /// <summary>Texts by free names.</summary>
    Texts,

    /// <summary>A list.</summary>
    List,

    /// <summary>A section with settings of its own.</summary>
    Section,
}
