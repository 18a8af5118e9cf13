namespace GitOps.Kustomize.Schema;

/// <summary>What a strategic merge has to know of a field.</summary>
internal sealed class SchemaField
{
    /// <summary>The type of the value, or of the items when this is a list.</summary>
    public SchemaType? Type { get; set; }

    public bool IsList { get; init; }

    /// <summary>The patch strategy, such as <c>merge</c> or <c>merge,retainKeys</c>; empty when there is none.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>The fields that identify an item; empty when items are identified by their value.</summary>
    public string[] Keys { get; init; } = [];

    /// <summary>The items of a list whose items are lists, and the like: a field of its own below this one.</summary>
    public SchemaField? Items { get; set; }

    public bool Merges => Strategy.Length > 0 && Strategy.Split(',').Contains("merge", StringComparer.Ordinal);

    public static SchemaField? Of(SchemaType? type) => type is null ? null : new SchemaField { Type = type };
}
