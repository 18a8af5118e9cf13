namespace GitOps.Yaml;

/// <summary>What to do about a key that a map has twice.</summary>
public enum DuplicateKeys
{
    /// <summary>Refuse the document.</summary>
    Error,

    /// <summary>Take the last value.</summary>
    LastWins,

    /// <summary>Take the first value.</summary>
    FirstWins,
}
