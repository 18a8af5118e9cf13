namespace GitOps.Yaml;

/// <summary>A comment of a YAML text.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">How many characters stand before it on its line.</param>
/// <param name="Text">The text, with its <c>#</c>.</param>
/// <param name="IsAlone">Whether nothing else stands on its line.</param>
internal readonly record struct YamlComment(int Line, int Column, string Text, bool IsAlone);
