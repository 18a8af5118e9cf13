namespace GitOps.Testing;

/// <summary>Everything a running in-memory cluster holds.</summary>
internal sealed class ClusterState
{
    private readonly ServiceKind _services = new();

    public ClusterState(InMemoryClusterOptions options)
    {
        Time = options.TimeProvider;
        BookmarkInterval = options.BookmarkInterval;
        HistoryLimit = options.WatchHistory;
        BuiltInResources.Register(Registry, Clock, HistoryLimit, Time, _services, options.IgnoreCelRules);
        Custom = new CustomResources(this);
        Faults = new ClusterFaults(Time, DropWatches, Compact);
        Authorizer = new RbacAuthorizer(Registry, options.Rbac);
        Reviews = new AccessReviews(this);
        if (Registry.Find("", "services") is { } services)
        {
            _services.Store = services.Store;
            services.Store.Changed += change =>
            {
                if (change.Kind == ChangeKind.Deleted)
                {
                    _services.Release(change.Object.Root);
                }
            };
        }
    }

    public TimeProvider Time { get; }

    public TimeSpan BookmarkInterval { get; }

    public int HistoryLimit { get; }

    public CustomResources Custom { get; }

    public RevisionClock Clock { get; } = new();

    public ResourceRegistry Registry { get; } = new();

    public ListPages Pages { get; } = new();

    public TokenStore Tokens { get; } = new();

    public ClusterFaults Faults { get; }

    public RbacAuthorizer Authorizer { get; }

    public AccessReviews Reviews { get; }

    /// <summary>Refuses objects in namespaces that are missing or going away.</summary>
    public void CheckNamespaceFor(ResourceDefinition definition, MapNode root)
    {
        if (!definition.Namespaced)
        {
            return;
        }

        var name = ObjectMeta.Namespace(root);
        var ns = Registry.Find("", "namespaces")?.Store.Find("", name) ?? throw ApiException.NotFound("", "namespaces", name);
        if (ObjectMeta.IsDeleting(ns.Root))
        {
            throw new ApiException(new ApiStatus
            {
                Code = 403,
                Reason = "Forbidden",
                Message = $"{definition.Plural}{(definition.Group.Length == 0 ? "" : "." + definition.Group)} \"{ObjectMeta.Name(root)}\" is forbidden: unable to create new content in namespace {name} because it is being terminated",
                Name = ObjectMeta.Name(root),
                Group = definition.Group,
                Kind = definition.Plural,
                Causes = [new StatusCause("NamespaceTerminating", $"namespace {name} is being terminated", "metadata.namespace")],
            });
        }
    }

    /// <summary>Does what controllers inside a real API server do right after an object was stored.</summary>
    public void Settle(ResourceDefinition definition, StoredObject? stored)
    {
        if (stored is not null && definition.Kind == "CustomResourceDefinition" && definition.Group == CustomResources.Group)
        {
            Custom.Establish(definition, stored);
        }
    }

    /// <summary>Creates an object as the server itself, bypassing HTTP.</summary>
    public StoredObject? Seed(string group, string version, string plural, MapNode root)
    {
        var definition = Registry.Find(group, plural)!;
        var decoded = definition.Strategy.Decode(version, root, null);
        var metadata = decoded.GetMap("metadata")!;
        metadata.Set("uid", Guid.NewGuid().ToString());
        metadata.Set("creationTimestamp", ObjectMeta.Timestamp(Time.GetUtcNow()));
        definition.Strategy.PrepareCreate(decoded);
        return definition.Store.Create(decoded);
    }

    private void DropWatches()
    {
        foreach (var resource in Registry.All)
        {
            resource.Store.DropWatches();
        }
    }

    private void Compact()
    {
        foreach (var resource in Registry.All)
        {
            resource.Store.Compact();
        }

        Pages.Clear();
    }
}
