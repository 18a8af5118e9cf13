namespace GitOps.Schema;

/// <summary>A named field of a map type.</summary>
internal sealed class SchemaField
{
    public SchemaField(string name, SchemaType type)
    {
        Name = name;
        Type = type;
    }

    /// <summary>The field's name.</summary>
    public string Name { get; }

    /// <summary>The field's type.</summary>
    public SchemaType Type { get; }

    /// <summary>Whether the field must be set.</summary>
    public bool Required { get; init; }

    /// <summary>The default of a key field of an associative list, or a default of a CRD schema.</summary>
    public Node? Default { get; init; }

    /// <summary>Whether <see cref="Default"/> is filled in when the field is absent (CRDs), or only stands in for a missing list key.</summary>
    public bool FillDefault { get; init; }

    /// <summary>The merge key of a strategic merge patch.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>The strategies of a strategic merge patch: <c>merge</c>, <c>retainKeys</c>, <c>merge,retainKeys</c>.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary>What happens to the field when absent or zero.</summary>
    public ZeroValue Zero { get; init; }
}
