namespace GitOps.Kubernetes.Hooks;

/// <summary>How far the hooks of a unit have come for one set: written before the first of them runs, and after each.</summary>
/// <param name="Digest">What tells one set and its hooks from another.</param>
/// <param name="IsInstall">Whether the unit was not there before; it stays an installation until one was completed.</param>
/// <param name="Ran">The keys of the hooks that have succeeded for this set.</param>
/// <param name="IsDone">Whether all have, and the set between them is applied.</param>
internal sealed record ReleaseRecord(string Digest, bool IsInstall, IReadOnlyList<string> Ran, bool IsDone)
{
    public static ReleaseRecord Begin(string digest, bool isInstall) => new(digest, isInstall, [], IsDone: false);

    public MapNode ToTree()
    {
        var ran = new ListNode();
        foreach (var key in Ran)
        {
            ran.Add(ScalarNode.String(key));
        }

        var root = new MapNode();
        root.Set("digest", Digest);
        root.Set("install", ScalarNode.Boolean(IsInstall));
        root.Set("done", ScalarNode.Boolean(IsDone));
        root.Set("ran", ran);
        return root;
    }

    public static ReleaseRecord Of(MapNode root) => new(
        root.GetString("digest") ?? "",
        root["install"] is ScalarNode install && install.AsBoolean(),
        [.. (root.GetList("ran") ?? []).OfType<ScalarNode>().Select(s => s.Text)],
        root["done"] is ScalarNode done && done.AsBoolean());
}
