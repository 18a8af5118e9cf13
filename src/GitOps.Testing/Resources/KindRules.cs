namespace GitOps.Testing;

/// <summary>What is special about one built-in kind.</summary>
internal sealed class KindRules
{
    public static KindRules None { get; } = new();

    /// <summary>Fills in defaults, in place.</summary>
    public Action<MapNode>? Default { get; init; }

    /// <summary>Prepares an object for its creation, in place, after its ownership was recorded.</summary>
    public Action<MapNode>? PrepareCreate { get; init; }

    /// <summary>Prepares an update, in place: new object, old object.</summary>
    public Action<MapNode, MapNode>? PrepareUpdate { get; init; }

    /// <summary>Prepares a change of the status, in place: new object, old object, the clock.</summary>
    public Action<MapNode, MapNode, TimeProvider>? PrepareStatus { get; init; }

    /// <summary>Where the pod spec of an object stands, if it has one.</summary>
    public string[] PodSpec { get; init; } = [];

    /// <summary>Checks an object.</summary>
    public Action<MapNode, List<FieldError>>? Validate { get; init; }

    /// <summary>Checks what only new objects are held to.</summary>
    public Action<MapNode, List<FieldError>>? ValidateCreate { get; init; }

    /// <summary>Checks a change: new object, old object.</summary>
    public Action<MapNode, MapNode, List<FieldError>>? ValidateUpdate { get; init; }

    /// <summary>Checks a change of the status: new object, old object.</summary>
    public Action<MapNode, MapNode, List<FieldError>>? ValidateStatus { get; init; }

    /// <summary>Why a name is refused.</summary>
    public Func<string, string?> CheckName { get; init; } = Names.DnsSubdomain;

    /// <summary>The top fields whose change raises <c>metadata.generation</c>; empty for kinds without it.</summary>
    public IReadOnlyList<string> GenerationFields { get; init; } = [];

    /// <summary>Whether a new object has no generation yet and the first change gives it the first one.</summary>
    public bool GenerationFromFirstChange { get; init; }

    /// <summary>Whether the prefix of generated names is held to the rule for names.</summary>
    public bool ChecksPrefix { get; init; } = true;

    /// <summary>Whether a change of annotations raises the generation too.</summary>
    public bool GenerationByAnnotations { get; init; }

    /// <summary>Fields beside metadata.name and metadata.namespace that objects may be selected by.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Whether the spec of the kind is written through its status subresource as well (none of the common ones).</summary>
    public bool StatusKeepsMetadata { get; init; }
}
