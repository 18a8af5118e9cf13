namespace GitOps.TypedMerge;

/// <summary>What tells one owner of fields from another. An applier is the same at every version.</summary>
/// <param name="Manager">The manager's name.</param>
/// <param name="Applied">Whether it applies, as against updating.</param>
/// <param name="ApiVersion">The version an updater used; empty for appliers.</param>
/// <param name="Subresource">The subresource it wrote through; empty for the object itself.</param>
internal readonly record struct ManagerId(string Manager, bool Applied, string ApiVersion, string Subresource);
