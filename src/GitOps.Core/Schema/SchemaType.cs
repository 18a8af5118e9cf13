namespace GitOps.Schema;

/// <summary>The type of a value: what merging, defaulting, pruning and validation need to know.</summary>
/// <remarks>Immutable after it was built; types of built-in kinds read their fields from the table on first use. Safe for use by many threads.</remarks>
internal sealed class SchemaType
{
    private readonly Lazy<Content>? _lazy;
    private readonly Content? _content;

    public SchemaType(SchemaKind kind)
    {
        Kind = kind;
        _content = Content.Empty;
    }

    public SchemaType(SchemaKind kind, Content content)
    {
        Kind = kind;
        _content = content;
    }

    public SchemaType(SchemaKind kind, Func<Content> content)
    {
        Kind = kind;
        _lazy = new Lazy<Content>(content);
    }

    /// <summary>Any scalar, opaque lists and maps.</summary>
    public static SchemaType Untyped { get; } = new(SchemaKind.Untyped);

    /// <summary>Anything, maps field by field.</summary>
    public static SchemaType Deduced { get; } = new(SchemaKind.Deduced);

    /// <summary>What a value may be.</summary>
    public SchemaKind Kind { get; }

    /// <summary>The definition's name; empty for a type inside another.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether a map is one value with one owner.</summary>
    public bool Atomic { get; init; }

    /// <summary>How items of a list are told apart.</summary>
    public ListType ListType { get; init; }

    /// <summary>The key fields of a <see cref="ListType.Map"/> list.</summary>
    public string[] Keys { get; init; } = [];

    /// <summary>The values an enumeration allows; <see langword="null"/> for any.</summary>
    public string[]? Enum { get; init; }

    /// <summary>Whether <c>null</c> is a value of its own.</summary>
    public bool Nullable { get; init; }

    /// <summary>Whether keys that no field names are kept.</summary>
    public bool PreserveUnknown { get; init; }

    /// <summary>Whether a map is a whole Kubernetes object with apiVersion, kind and metadata.</summary>
    public bool EmbeddedResource { get; init; }

    /// <summary>The schema as written in a CRD, for validation; <see langword="null"/> for built-in types.</summary>
    public MapNode? Source { get; init; }

    /// <summary>The named fields of a map.</summary>
    public IReadOnlyCollection<SchemaField> Fields => Body.Fields.Values;

    /// <summary>The type of free keys of a map; <see langword="null"/> when there are none.</summary>
    public SchemaType? Values => Body.Values;

    /// <summary>The type of a list's items.</summary>
    public SchemaType? Items => Body.Items;

    private Content Body => _content ?? _lazy!.Value;

    /// <summary>Finds a named field.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The field, or <see langword="null"/>.</returns>
    public SchemaField? Field(string name) => Body.Fields.GetValueOrDefault(name);

    /// <summary>Finds the type at a path of field names; <c>[]</c> goes into a list or free map.</summary>
    /// <param name="path">The names.</param>
    /// <returns>The type, or <see langword="null"/>.</returns>
    public SchemaType? At(params ReadOnlySpan<string> path)
    {
        var type = this;
        foreach (var step in path)
        {
            type = step == "[]" ? type.Items ?? type.Values : type.Field(step)?.Type ?? type.Values;
            if (type is null)
            {
                return null;
            }
        }

        return type;
    }

    /// <summary>The type of a map's value.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The type, or <see langword="null"/> when the map does not allow the key.</returns>
    public SchemaType? TypeOf(string key) => Kind switch
    {
        SchemaKind.Map => Field(key)?.Type ?? Values,
        SchemaKind.Deduced => Deduced,
        SchemaKind.Untyped => Untyped,
        _ => null,
    };

    /// <summary>The same type with another map relationship, as a field may override it.</summary>
    /// <param name="atomic">Whether the map is atomic.</param>
    /// <returns>The type.</returns>
    public SchemaType WithAtomic(bool atomic) => atomic == Atomic
        ? this
        : new SchemaType(Kind, () => Body)
        {
            Name = Name,
            Atomic = atomic,
            ListType = ListType,
            Keys = Keys,
            Enum = Enum,
            Nullable = Nullable,
            PreserveUnknown = PreserveUnknown,
            EmbeddedResource = EmbeddedResource,
            Source = Source,
        };

    /// <inheritdoc/>
    public override string ToString() => Name.Length > 0 ? Name : Kind.ToString();

    /// <summary>What is inside a map or list type.</summary>
    internal sealed class Content
    {
        public static readonly Content Empty = new();

        public Dictionary<string, SchemaField> Fields { get; init; } = new(StringComparer.Ordinal);

        public SchemaType? Values { get; init; }

        public SchemaType? Items { get; init; }
    }
}
