namespace GitOps.Kustomize;

/// <summary>A change of a container image.</summary>
/// <param name="Name">The image's name without tag; a regular expression, as in kustomize.</param>
/// <param name="NewName">The name to use instead; empty to keep it.</param>
/// <param name="NewTag">The tag to use instead; empty to keep it.</param>
/// <param name="Digest">The digest to use instead of a tag; empty for none.</param>
public sealed record KustomizeImage(string Name, string NewName = "", string NewTag = "", string Digest = "");
