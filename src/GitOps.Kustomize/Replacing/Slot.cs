namespace GitOps.Kustomize.Replacing;

/// <summary>A node and the place it stands in, so that it can be replaced.</summary>
internal readonly record struct Slot(Node Node, Node? Parent, string Key, int Index)
{
    public void Replace(Node node)
    {
        switch (Parent)
        {
            case MapNode map:
                map.Set(Key, node);
                break;
            case ListNode list:
                list[Index] = node;
                break;
            default:
                break;
        }
    }
}
