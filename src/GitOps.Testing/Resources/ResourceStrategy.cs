using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>What the API server does with objects of one resource beside storing them.</summary>
internal abstract class ResourceStrategy
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Version, string Subresource), FieldManager> _managers = new();

    protected ResourceStrategy(string group, string kind, TimeProvider time)
    {
        Group = group;
        Kind = kind;
        Time = time;
    }

    protected string Group { get; }

    protected string Kind { get; }

    protected TimeProvider Time { get; }

    /// <summary>Brings a body into the form the server works with: decoded, pruned, defaulted. The result may be changed.</summary>
    /// <param name="version">The version of the body.</param>
    /// <param name="body">The body; it is not changed.</param>
    /// <param name="unknown">Told the path of each field that the schema does not know.</param>
    /// <returns>The object.</returns>
    public abstract MapNode Decode(string version, MapNode body, Action<string>? unknown);

    /// <summary>An object that does not exist yet, as field ownership compares against.</summary>
    public abstract MapNode Empty(string version);

    /// <summary>Converts between versions.</summary>
    public abstract MapNode Convert(MapNode root, string version);

    /// <summary>Converts to the form that is stored.</summary>
    public virtual MapNode ToStorage(MapNode root, string version) => Convert(root, version);

    public abstract SchemaType TypeAt(string version);

    public abstract bool HasVersion(string version);

    /// <summary>Why a name is refused, or <see langword="null"/>.</summary>
    public abstract string? CheckName(string name);

    /// <summary>Whether the prefix of generated names is held to the rule for names.</summary>
    public virtual bool ChecksPrefix => true;

    /// <summary>Prepares an object for its creation, in place, after its ownership was recorded.</summary>
    public abstract void PrepareCreate(MapNode root);

    /// <summary>Prepares an update, in place: what the request may not change is taken from the old object.</summary>
    public abstract void PrepareUpdate(MapNode root, MapNode old, string subresource);

    public abstract void ValidateCreate(MapNode root, List<FieldError> errors);

    public abstract void ValidateUpdate(MapNode root, MapNode old, string subresource, List<FieldError> errors);

    /// <summary>Fields that requests to a resource or subresource never own.</summary>
    public abstract FieldSet? IgnoredFields(string version, string subresource);

    /// <summary>Whether objects may be selected by a field.</summary>
    public virtual bool SupportsField(string version, string path) => path is "metadata.name" or "metadata.namespace";

    /// <summary>The finalizers that a deletion waits for beside those in metadata (namespaces).</summary>
    public virtual bool HasOwnFinalizers(MapNode root) => false;

    /// <summary>Whether objects are given time to stop (pods), and are marked as deleted before they go.</summary>
    public virtual bool DeletesGracefully => false;

    /// <summary>How many seconds an object lives on after its deletion was asked for; 0 when it goes at once.</summary>
    public virtual long GracePeriod(MapNode root, long? requested) => 0;

    /// <summary>Changes an object whose graceful deletion begins, in place.</summary>
    public virtual void BeginDelete(MapNode root)
    {
    }

    public FieldManager FieldManager(string version, string subresource) => _managers.GetOrAdd((version, subresource), key =>
        new FieldManager(
            TypeAt(key.Version),
            Group.Length == 0 ? key.Version : $"{Group}/{key.Version}",
            key.Subresource,
            IgnoredFields(key.Version, key.Subresource),
            new Versions(this, Group),
            () => Empty(key.Version),
            merged => Decode(key.Version, merged, null),
            Time));

    private sealed class Versions(ResourceStrategy strategy, string group) : IVersionConverter
    {
        public SchemaType? TypeAt(string apiVersion) => Version(apiVersion) is { } version && strategy.HasVersion(version) ? strategy.TypeAt(version) : null;

        public MapNode? Convert(MapNode value, string apiVersion) =>
            value.GetString("apiVersion") == apiVersion ? value
            : Version(apiVersion) is { } version && strategy.HasVersion(version) ? strategy.Convert(value, version) : null;

        private string? Version(string apiVersion) =>
            group.Length == 0 ? apiVersion : apiVersion.StartsWith(group + "/", StringComparison.Ordinal) ? apiVersion[(group.Length + 1)..] : null;
    }
}
