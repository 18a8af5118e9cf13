namespace GitOps.TypedMerge;

/// <summary>Collects what differs at one level of a comparison.</summary>
internal struct Level
{
    public FieldSet.Builder Removed;
    public FieldSet.Builder Modified;
    public FieldSet.Builder Added;

    public readonly bool IsEmpty => Removed.IsEmpty && Modified.IsEmpty && Added.IsEmpty;

    public void Add(string element, Mark mark, ref Level below)
    {
        Removed.Add(element, (mark & Mark.Removed) != 0, below.Removed.IsEmpty ? null : below.Removed.Build());
        Modified.Add(element, (mark & Mark.Modified) != 0, below.Modified.IsEmpty ? null : below.Modified.Build());
        Added.Add(element, (mark & Mark.Added) != 0, below.Added.IsEmpty ? null : below.Added.Build());
    }
}
