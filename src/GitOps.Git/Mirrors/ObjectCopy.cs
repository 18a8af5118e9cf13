using System.Text;
using LibGit2Sharp;

namespace GitOps.Git;

/// <summary>Copies what objects lead to from one repository on disk into another, all or nothing, and nothing that is there already.</summary>
internal sealed class ObjectCopy
{
    private readonly NativeObjects _from;
    private readonly NativeObjects _to;
    private readonly HashSet<ObjectId> _shallow;
    private readonly Stack<(ObjectId Id, string Name)> _pending = new();
    private readonly HashSet<ObjectId> _seen = [];
    private readonly List<(ObjectId Id, string Name)> _missing = [];
    private readonly List<ObjectId> _cut = [];

    private ObjectCopy(NativeObjects from, NativeObjects to, HashSet<ObjectId> shallow) => (_from, _to, _shallow) = (from, to, shallow);

    /// <summary>Copies objects with all they lead to: the whole history of commits.</summary>
    /// <param name="from">The directory of the repository that has them.</param>
    /// <param name="to">The directory of the repository that gets them.</param>
    /// <param name="objectIds">The objects, in hex.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="MirrorDamagedException">Something is missing or broken; nothing was copied.</exception>
    public static void Copy(string from, string to, IEnumerable<string> objectIds, CancellationToken cancellationToken) =>
        Copy(from, to, objectIds, withHistory: true, cancellationToken);

    /// <summary>Copies one commit, or an annotated tag with its commit, without what came before it.</summary>
    /// <exception cref="MirrorDamagedException">Something is missing or broken; nothing was copied.</exception>
    public static void CopyWithoutHistory(string from, string to, string objectId, CancellationToken cancellationToken) =>
        Copy(from, to, [objectId], withHistory: false, cancellationToken);

    private static void Copy(string from, string to, IEnumerable<string> objectIds, bool withHistory, CancellationToken cancellationToken)
    {
        using var source = NativeObjects.Open(from);
        using var target = NativeObjects.Open(to);
        var copy = new ObjectCopy(source, target, [.. ShallowCommits.Read(from).Select(c => new ObjectId(c))]);
        foreach (var id in objectIds)
        {
            copy._pending.Push((new ObjectId(id), ""));
        }

        copy.Walk(withHistory, cancellationToken);
        if (copy._missing.Count == 0)
        {
            return;
        }

        // First of all: whoever is killed in between leaves a mark without a commit, which means nothing, and no commit with a gap.
        ShallowCommits.Add(to, copy._cut.Select(c => c.Sha));
        source.WritePack(to, copy._missing);
    }

    private void Walk(bool withHistory, CancellationToken cancellationToken)
    {
        while (_pending.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_seen.Add(next.Id) || _to.Contains(next.Id))
            {
                continue;
            }

            var (type, content) = _from.Find(next.Id) ?? throw new MirrorDamagedException($"object {next.Id.Sha} is missing");
            _missing.Add(next);
            switch (type)
            {
                case NativeObjects.Tag:
                    _pending.Push((HeaderOf(next.Id, content, "object ").Single(), ""));
                    break;
                case NativeObjects.Commit:
                    AddCommit(next.Id, content, withHistory);
                    break;
                case NativeObjects.Tree:
                    AddTree(next, content);
                    break;
            }
        }
    }

    private void AddCommit(ObjectId id, byte[] content, bool withHistory)
    {
        _pending.Push((HeaderOf(id, content, "tree ").Single(), ""));
        var parents = HeaderOf(id, content, "parent ");
        if (parents.Count == 0)
        {
            return;
        }

        if (_shallow.Contains(id) || (!withHistory && !parents.All(_to.Contains)))
        {
            _cut.Add(id);
            return;
        }

        parents.ForEach(p => _pending.Push((p, "")));
    }

    /// <summary>Blobs are not looked into: that one is missing or broken shows when the pack is written.</summary>
    private void AddTree((ObjectId Id, string Name) tree, byte[] content)
    {
        foreach (var (name, kind, id) in GitDirectory.Parse(content) ?? throw new MirrorDamagedException($"tree {tree.Id.Sha} is broken"))
        {
            if (kind == GitEntryKind.Submodule)
            {
                continue;
            }

            var path = tree.Name.Length == 0 ? name : $"{tree.Name}/{name}";
            if (kind == GitEntryKind.Directory)
            {
                _pending.Push((id, path));
            }
            else if (_seen.Add(id) && !_to.Contains(id))
            {
                _missing.Add((id, path));
            }
        }
    }

    /// <summary>The ids of one kind in the lines before the first empty one.</summary>
    private static List<ObjectId> HeaderOf(ObjectId id, byte[] content, string key)
    {
        var end = content.AsSpan().IndexOf("\n\n"u8);
        var found = new List<ObjectId>();
        foreach (var line in Encoding.Latin1.GetString(content.AsSpan(0, end < 0 ? content.Length : end)).Split('\n'))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && ObjectId.TryParse(line[key.Length..], out var value))
            {
                found.Add(value);
            }
        }

        return found.Count > 0 || key == "parent " ? found : throw new MirrorDamagedException($"object {id.Sha} is broken");
    }
}
