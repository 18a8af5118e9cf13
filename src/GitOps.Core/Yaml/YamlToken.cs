namespace GitOps.Yaml;

internal enum YamlTokenKind : byte
{
    StreamStart,
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// <param name="Kind">What it is.</param>
/// <param name="Line">From 0.</param>
/// <param name="Column">From 0.</param>
/// <param name="Text">A scalar's value, an anchor's name, a tag's handle.</param>
/// <param name="Suffix">A tag's suffix or a tag directive's prefix.</param>
/// <param name="Style">A scalar's style.</param>
internal readonly record struct YamlToken(YamlTokenKind Kind, int Line, int Column, string? Text = null, string? Suffix = null, ScalarStyle Style = ScalarStyle.Plain);
