namespace GitOps.Testing;

/// <summary>A field of a message: <paramref name="Mark"/> is - for once, ? for once and told apart from absent, ^ for fields of the outer object, * for a list, % for a map.</summary>
internal sealed record WireField(string Name, char Mark, string Type);
