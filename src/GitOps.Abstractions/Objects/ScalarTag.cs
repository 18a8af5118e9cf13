namespace GitOps;

/// <summary>Where a scalar has its meaning from: a text that takes the place of another is read by it.</summary>
internal enum ScalarTag : byte
{
    /// <summary>The text it was read from.</summary>
    Read,

    /// <summary>Whoever set it said what it is.</summary>
    Given,

    /// <summary>Nowhere: the text alone says it, each time anew.</summary>
    None,
}
