namespace GitOps.Kustomize.Schema;

/// <summary>What a strategic merge has to know of a type: which of its fields are lists that merge, and what lies below.</summary>
internal sealed class SchemaType
{
    private readonly Dictionary<string, SchemaField> _fields = new(StringComparer.Ordinal);

    /// <summary>What the values of a map of objects are; null when the type is no such map.</summary>
    public SchemaField? Additional { get; set; }

    public SchemaField? Field(string name) => _fields.GetValueOrDefault(name) ?? Additional;

    public void Add(string name, SchemaField field) => _fields[name] = field;
}
