namespace GitOps.Helm.Templates;

/// <summary>A Go map whose element type is not <c>interface {}</c>, for example <c>map[string]string</c>.</summary>
internal class TypedMap : IGoNamed
{
    public TypedMap(string typeName, GoType element, Dictionary<string, object?> items)
    {
        TypeName = typeName;
        Element = element;
        Items = items;
    }

    /// <inheritdoc/>
    public string TypeName { get; }

    /// <summary>The type of the values; its zero value stands for a missing key.</summary>
    public GoType Element { get; }

    /// <summary>The entries.</summary>
    public Dictionary<string, object?> Items { get; }

    /// <summary>The plain map that a value is, or that it names.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The map; <see langword="null"/> if the value is no <c>map[string]interface {}</c>.</returns>
    public static Dictionary<string, object?>? MapOf(object? value) =>
        value as Dictionary<string, object?> ?? (value is TypedMap named && ReferenceEquals(named.Element, GoType.Any) ? named.Items : null);

    /// <summary>Makes a <c>map[string]string</c>.</summary>
    /// <param name="items">The entries; every value is a string.</param>
    /// <returns>The map.</returns>
    public static TypedMap OfStrings(Dictionary<string, object?> items) => new("map[string]string", GoType.String, items);
}
