namespace GitOps;

/// <summary>One entry of a <see cref="MapNode"/>.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="Value">The value.</param>
/// <param name="KeyKind">What the key's text would mean as a scalar: <see cref="ScalarKind.String"/> unless the source had a bare number, bool or null there.</param>
/// <param name="KeyLine">The line of the key in the source, from 1; 0 when unknown.</param>
/// <param name="KeyColumn">The column of the key in the source, from 1; 0 when unknown.</param>
public readonly record struct MapEntry(string Key, Node Value, ScalarKind KeyKind = ScalarKind.String, int KeyLine = 0, int KeyColumn = 0);
