namespace GitOps.Testing;

/// <summary>A resource that the server serves.</summary>
internal sealed class ResourceDefinition
{
    public required string Group { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public required string ListKind { get; init; }

    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>The versions, the preferred one first.</summary>
    public required IReadOnlyList<ResourceVersion> Versions { get; init; }

    /// <summary>The version objects are stored at.</summary>
    public required string StorageVersion { get; init; }

    public required ResourceStore Store { get; init; }

    public required ResourceStrategy Strategy { get; init; }

    public bool IsCustom => Strategy is CustomStrategy;

    public ResourceVersion? Version(string name)
    {
        foreach (var version in Versions)
        {
            if (version.Served && string.Equals(version.Name, name, StringComparison.Ordinal))
            {
                return version;
            }
        }

        return null;
    }

    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";
}
