namespace GitOps.Helm.Templates;

/// <summary>A Go struct (or a pointer to one): named fields in declaration order, perhaps with methods.</summary>
/// <remarks>A missing field is an error in a template, unlike a missing key of a map.</remarks>
internal abstract class GoStruct : IGoNamed, IGoMethods
{
    /// <summary>The type as <c>%T</c> prints it; a pointer starts with <c>*</c>.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether the value is a pointer to the struct (prints as <c>&amp;{...}</c>).</summary>
    public virtual bool IsPointer => TypeName.StartsWith('*');

    /// <summary>The fields in declaration order.</summary>
    public abstract IReadOnlyList<GoField> Fields { get; }

    /// <summary>Reads a field.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether the struct has the field.</returns>
    public virtual bool TryGetField(string name, out object? value)
    {
        foreach (var field in Fields)
        {
            if (field.IsExported && string.Equals(field.Name, name, StringComparison.Ordinal))
            {
                value = field.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public virtual TemplateFunction? FindMethod(string name) => null;
}
