namespace GitOps;

/// <summary>One look-up that a renderer made: a render is repeated only when some look-up would give another answer.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">Which look-up it was.</param>
/// <param name="Answer">The answer: a content id, or <c>-</c> when nothing was found.</param>
public readonly record struct TreeRead(TreePath Path, TreeReadKind Kind, string Answer);
