using GitOps.Helm.Functions;

namespace GitOps.Helm.Schema;

/// <summary>One compiled schema.</summary>
internal sealed class SchemaNode(string location, SchemaDraft draft, SchemaResource resource)
{
    public string Location { get; } = location;

    public SchemaDraft Draft { get; } = draft;

    public SchemaResource Resource { get; } = resource;

    public bool? Bool { get; set; }

    /// <summary>Set when this stands for the metaschema of a draft: what matches is a schema of that draft.</summary>
    public SchemaDraft? Metaschema { get; init; }

    public SchemaNode? Ref { get; set; }

    public SchemaNode? RecursiveRef { get; set; }

    public SchemaNode? DynamicRef { get; set; }

    public string DynamicRefAnchor { get; set; } = "";

    public string DynamicAnchor { get; set; } = "";

    public IReadOnlyList<string> Types { get; set; } = [];

    public bool HasConst { get; set; }

    public object? Const { get; set; }

    public List<object?>? Enum { get; set; }

    public string? Format { get; set; }

    public int? MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    public IReadOnlyList<string> Required { get; set; } = [];

    public Dictionary<string, SchemaNode> Properties { get; set; } = [];

    public List<(GoRegex Pattern, SchemaNode Schema)> PatternProperties { get; set; } = [];

    /// <summary>A bool schema stands for true and false too.</summary>
    public SchemaNode? AdditionalProperties { get; set; }

    public SchemaNode? PropertyNames { get; set; }

    public Dictionary<string, SchemaNode> DependentSchemas { get; set; } = [];

    public Dictionary<string, IReadOnlyList<string>> DependentRequired { get; set; } = [];

    public SchemaNode? UnevaluatedProperties { get; set; }

    public int? MinItems { get; set; }

    public int? MaxItems { get; set; }

    public bool UniqueItems { get; set; }

    /// <summary>The schemas of the first items, each its own.</summary>
    public IReadOnlyList<SchemaNode> PrefixItems { get; set; } = [];

    /// <summary>The schema of the items after <see cref="PrefixItems"/>.</summary>
    public SchemaNode? Items { get; set; }

    /// <summary>Whether a false <see cref="Items"/> was written as <c>additionalItems</c>.</summary>
    public bool ItemsAreAdditional { get; set; }

    public SchemaNode? Contains { get; set; }

    public int? MinContains { get; set; }

    public int? MaxContains { get; set; }

    public SchemaNode? UnevaluatedItems { get; set; }

    public int? MinLength { get; set; }

    public int? MaxLength { get; set; }

    public GoRegex? Pattern { get; set; }

    public string PatternText { get; set; } = "";

    public double? Minimum { get; set; }

    public double? Maximum { get; set; }

    public double? ExclusiveMinimum { get; set; }

    public double? ExclusiveMaximum { get; set; }

    public double? MultipleOf { get; set; }

    public IReadOnlyList<SchemaNode> AllOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> AnyOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> OneOf { get; set; } = [];

    public SchemaNode? Not { get; set; }

    public SchemaNode? If { get; set; }

    public SchemaNode? Then { get; set; }

    public SchemaNode? Else { get; set; }
}
