namespace GitOps.TypedMerge;

/// <summary>What differs between two values of one type. No field is in more than one of the sets.</summary>
/// <param name="Removed">Fields that only the left value has.</param>
/// <param name="Modified">Fields that both have with different values.</param>
/// <param name="Added">Fields that only the right value has.</param>
internal sealed record Comparison(FieldSet Removed, FieldSet Modified, FieldSet Added)
{
    /// <summary>Whether nothing differs.</summary>
    public bool IsSame => Removed.IsEmpty && Modified.IsEmpty && Added.IsEmpty;

    /// <summary>The comparison without some fields and all below them.</summary>
    /// <param name="fields">The fields; <see langword="null"/> for none.</param>
    /// <returns>The rest.</returns>
    public Comparison Without(FieldSet? fields) => fields is null
        ? this
        : new(Removed.RecursiveDifference(fields), Modified.RecursiveDifference(fields), Added.RecursiveDifference(fields));
}
