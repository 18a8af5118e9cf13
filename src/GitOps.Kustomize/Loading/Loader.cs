using GitOps.Yaml;

namespace GitOps.Kustomize.Loading;

/// <summary>Loads the files that one kustomization names, and the directories it builds on.</summary>
internal sealed class Loader
{
    private readonly IFileTree _tree;
    private readonly LoadRestrictor _restrictor;
    private readonly Loader? _referrer;
    private readonly Dictionary<string, string>? _overrides;
    private readonly RemoteAccess _remote;
    private readonly RemoteReference? _repository;

    private Loader(IFileTree tree, LoadRestrictor restrictor, TreePath root, Loader? referrer, Dictionary<string, string>? overrides, RemoteAccess remote, RemoteReference? repository)
    {
        _remote = remote;
        _repository = repository;
        _tree = tree;
        _restrictor = restrictor;
        Root = root;
        _referrer = referrer;
        _overrides = overrides;
    }

    /// <summary>The directory that paths are relative to.</summary>
    public TreePath Root { get; }

    /// <summary>The files that paths lead to: the source's, or those of a remote base.</summary>
    public IFileTree Tree => _tree;

    public static Loader Create(IFileTree tree, TreePath root, LoadRestrictor restrictor, Dictionary<string, string>? overrides = null, RemoteAccess? remote = null)
    {
        var real = Resolve(tree, root) ?? root;
        if (overrides is null && tree.Find(real) is not { Kind: TreeEntryKind.Directory })
        {
            throw new KustomizeException($"'{root}' is not a directory of the source: check the path", new SourceLocation(root.Value));
        }

        return new Loader(tree, restrictor, real, null, overrides, remote ?? new RemoteAccess(null, CancellationToken.None), null);
    }

    /// <summary>Whether a path means something on the network.</summary>
    public static bool IsRemote(string path) =>
        path.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || path.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    public Loader New(string path)
    {
        if (path.Length == 0)
        {
            throw new KustomizeException("new root cannot be empty");
        }

        if (RemoteReference.TryParse(path) is { } remote)
        {
            return NewRemote(remote);
        }

        if (path[0] == '/')
        {
            throw new KustomizeException($"new root '{path}' cannot be absolute");
        }

        if (!Root.TryCombine(path, out var target))
        {
            throw new KustomizeException($"must build at directory: '{path}' (from '{Root}') leads out of the source");
        }

        var real = Resolve(_tree, target);
        if (real is null || _tree.Find(real.Value) is not { } entry)
        {
            throw new KustomizeException($"must build at directory: '{target}' does not exist", new SourceLocation(target.Value));
        }

        if (entry.Kind != TreeEntryKind.Directory)
        {
            throw new KustomizeException($"must build at directory: '{target}' is a {(entry.Kind == TreeEntryKind.Submodule ? "submodule that was not fetched" : "file")}", new SourceLocation(target.Value));
        }

        for (var visited = this; visited is not null; visited = visited._referrer)
        {
            if (ReferenceEquals(visited._tree, _tree) && visited.Root.IsWithin(real.Value))
            {
                throw new KustomizeException($"cycle detected: candidate root '{real}' contains visited root '{visited.Root}'", new SourceLocation(real.Value.Value));
            }
        }

        return new Loader(_tree, _restrictor, real.Value, this, null, _remote, _repository);
    }

    private Loader NewRemote(RemoteReference reference)
    {
        for (var visited = this; visited is not null; visited = visited._referrer)
        {
            if (visited._repository is { } known && known.Text.StartsWith(reference.Text, StringComparison.Ordinal))
            {
                throw new KustomizeException($"cycle detected: URI '{reference.Text}' referenced by previous URI '{known.Text}'");
            }
        }

        var tree = _remote.Fetch(reference);
        if (!TreePath.Root.TryCombine(reference.Directory, out var root) || Resolve(tree, root) is not { } real || tree.Find(real) is not { Kind: TreeEntryKind.Directory })
        {
            throw new KustomizeException($"remote base '{reference.Text}': '{reference.Directory}' is not a directory of the repository: check the path behind '//' and the ref");
        }

        // What was fetched never reaches beyond its own directory, whatever the restrictor of the build.
        return new Loader(tree, LoadRestrictor.RootOnly, real, this, null, _remote, reference);
    }

    /// <summary>How messages name a file: with the repository when it is not the source's.</summary>
    private string NameOf(TreePath file) => _repository is null ? file.Value : $"{_repository.CloneUrl}//{file.Value}{(_repository.Reference.Length > 0 ? $"?ref={_repository.Reference}" : "")}";

    /// <summary>Whether a path of the kustomization's directory is a file.</summary>
    public bool HasFile(string name) =>
        _overrides?.ContainsKey(name) == true || (_tree.Find(Root.Append(name)) is { Kind: TreeEntryKind.File });

    public ReadOnlyMemory<byte> Load(string path, out string file)
    {
        if (_overrides is not null && _overrides.TryGetValue(path, out var text))
        {
            file = Root.IsRoot ? path : $"{Root}/{path}";
            return System.Text.Encoding.UTF8.GetBytes(text);
        }

        if (IsRemote(path))
        {
            file = path;
            return _remote.FetchFile(path);
        }

        if (path.Length == 0 || !Combine(path, out var target))
        {
            throw new KustomizeException(path.Length == 0 ? $"an empty path in '{Root}' names no file" : $"'{path}' (from '{Root}') leads out of the source");
        }

        var real = Resolve(_tree, target);
        var entry = real is null ? null : _tree.Find(real.Value);
        if (entry is null)
        {
            throw new KustomizeException($"'{target}' does not exist", new SourceLocation(target.Value));
        }

        if (entry.Kind != TreeEntryKind.File)
        {
            throw new KustomizeException($"'{target}' must resolve to a file", new SourceLocation(target.Value));
        }

        if (_restrictor == LoadRestrictor.RootOnly && !real!.Value.Parent.IsWithin(Root))
        {
            throw new KustomizeException($"security; file '{target}' is not in or below '{Root}': move it there, or allow it with the load restrictor", new SourceLocation(target.Value));
        }

        file = NameOf(target);
        return _tree.Read(real!.Value);
    }

    public string LoadText(string path, out string file)
    {
        var bytes = Load(path, out file);
        return YamlReader.Decode(bytes.Span, file);
    }

    private bool Combine(string path, out TreePath target)
    {
        // The command works on the whole disk, where an absolute path is one from the tree's root.
        if (path[0] == '/' && _tree is IResolvingFileTree)
        {
            return TreePath.Root.TryCombine(path.TrimStart('/'), out target);
        }

        return Root.TryCombine(path, out target);
    }

    private static TreePath? Resolve(IFileTree tree, TreePath path) => tree is IResolvingFileTree resolving ? resolving.Resolve(path) : path;
}
