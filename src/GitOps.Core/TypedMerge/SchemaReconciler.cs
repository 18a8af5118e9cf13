using GitOps.Schema;

namespace GitOps.TypedMerge;

/// <summary>Brings a field set up to date with a schema that made fields atomic after the set was written.</summary>
internal static class SchemaReconciler
{
    /// <summary>Shrinks sets below atomic fields to the fields themselves.</summary>
    /// <param name="fields">The set.</param>
    /// <param name="type">The schema now.</param>
    /// <returns>The changed set, or <see langword="null"/> when nothing changed.</returns>
    public static FieldSet? Reconcile(FieldSet fields, SchemaType type)
    {
        var builder = default(FieldSet.Builder);
        var changed = false;
        foreach (var entry in fields.Entries)
        {
            if (entry.Children is null || Below(type, entry.Element) is not { } below)
            {
                builder.Add(entry.Element, entry.IsMember, entry.Children);
                continue;
            }

            if (IsAtomic(below))
            {
                builder.Add(entry.Element, true, null);
                changed = true;
            }
            else
            {
                var inner = Reconcile(entry.Children, below);
                changed |= inner is not null;
                builder.Add(entry.Element, entry.IsMember, inner ?? entry.Children);
            }
        }

        return changed ? builder.Build() : null;
    }

    private static SchemaType? Below(SchemaType type, string element) =>
        PathElement.FieldName(element) is { } name
            ? type.Kind == SchemaKind.Map ? type.Field(name)?.Type ?? type.Values : null
            : type.Kind == SchemaKind.List ? type.Items : null;

    private static bool IsAtomic(SchemaType type) => type.Kind switch
    {
        SchemaKind.Map => type.Atomic,
        SchemaKind.List => type.ListType == ListType.Atomic,
        SchemaKind.Untyped => true,
        _ => false,
    };
}
