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
        Removed.Add(element, (mark & Mark.Removed) != Mark.None, below.Removed.IsEmpty ? null : below.Removed.Build());
        Modified.Add(element, (mark & Mark.Modified) != Mark.None, below.Modified.IsEmpty ? null : below.Modified.Build());
        Added.Add(element, (mark & Mark.Added) != Mark.None, below.Added.IsEmpty ? null : below.Added.Build());
    }
}
