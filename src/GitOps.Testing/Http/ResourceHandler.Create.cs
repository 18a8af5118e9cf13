using System.Security.Cryptography;

namespace GitOps.Testing;

internal sealed partial class ResourceHandler
{
    private const string GeneratedCharacters = "bcdfghjklmnpqrstvwxz2456789";

    private async Task CreateAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        ReadDryRun(request, "CreateOptions");
        if (definition.Namespaced && request.Info.Namespace.Length == 0)
        {
            throw ApiException.BadRequest("an empty namespace may not be set during creation");
        }

        var duplicates = new List<string>();
        var body = await request.ReadObjectAsync(duplicates).ConfigureAwait(false);
        CheckKind(definition, version, body);
        var created = Decode(request, definition, version, body, duplicates);
        if (_state.Reviews.TryHandle(request, definition, created) is { } review)
        {
            // Reviews are answered, not stored.
            var owned = definition.Strategy.FieldManager(version.Name, "").Update(definition.Strategy.Empty(version.Name), created, request.FieldManagerName);
            review = ObjectMeta.With(review, "metadata", owned["metadata"]);
            await request.WriteAsync(201, review).ConfigureAwait(false);
            return;
        }

        CheckNamespace(request, definition, created);
        StoredObject? stored = null;
        var generated = ObjectMeta.Name(created).Length == 0 && created.GetMap("metadata")!.GetString("generateName") is { Length: > 0 };
        for (var attempt = 0; attempt < (generated ? 8 : 1) && stored is null; attempt++)
        {
            stored = CreateObject(request, definition, version, (MapNode)created.DeepClone(), updateManagedFields: true);
        }

        if (stored is null)
        {
            throw ApiException.AlreadyExists(definition.Group, definition.Plural, ObjectMeta.Name(created));
        }

        await WriteObjectAsync(request, definition, version, 201, stored.Root, stored).ConfigureAwait(false);
    }

    /// <summary>Creates an object; <see langword="null"/> when the name is taken.</summary>
    private StoredObject? CreateObject(RequestContext request, ResourceDefinition definition, ResourceVersion version, MapNode root, bool updateManagedFields)
    {
        var strategy = definition.Strategy;
        if (updateManagedFields)
        {
            root = strategy.FieldManager(version.Name, "").Update(strategy.Empty(version.Name), root, request.FieldManagerName);
        }

        root = ObjectMeta.Open(root, out var metadata);
        if (!definition.Namespaced)
        {
            metadata.Remove("namespace");
        }
        else if (metadata.GetString("namespace") is not { Length: > 0 })
        {
            metadata.Set("namespace", request.Info.Namespace);
        }

        if (definition.Namespaced && metadata.GetString("namespace") != request.Info.Namespace)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        if (metadata.GetString("name") is not { Length: > 0 })
        {
            if (request.Info.Name.Length > 0)
            {
                // A name on the URL is not given to an object that has none, nor generated.
                throw ApiException.BadRequest($"the name of the object ({request.Info.Name} based on URL) was undeterminable: name must be provided");
            }

            if (metadata.GetString("generateName") is { Length: > 0 } prefix)
            {
                metadata.Set("name", prefix[..Math.Min(prefix.Length, 58)] + RandomNumberGenerator.GetString(GeneratedCharacters, 5));
            }
        }
        else if (request.Info.Name.Length > 0 && metadata.GetString("name") != request.Info.Name)
        {
            throw ApiException.BadRequest($"the name of the object ({metadata.GetString("name")}) does not match the name on the URL ({request.Info.Name})");
        }

        var sentRevision = updateManagedFields ? metadata.GetString("resourceVersion") : null;
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
        metadata.Remove("resourceVersion");
        metadata.Remove("generation");
        metadata.Set("uid", Guid.NewGuid().ToString());
        metadata.Set("creationTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow()));
        _state.CheckNamespaceFor(definition, root);
        if (definition is { Kind: "Pod", Group: "" })
        {
            PodAdmission.Admit(_state, root);
        }

        if (definition is { Kind: "CertificateSigningRequest", Group: "certificates.k8s.io" } && root.GetMap("spec") is { } asked)
        {
            // Who asks is not up to the request.
            asked.Set("username", request.User.Name);
            asked["groups"] = new ListNode(request.User.Groups.Select(static g => ScalarNode.String(g)));
        }

        strategy.PrepareCreate(root);
        metadata = root.GetMap("metadata")!;
        var errors = new List<FieldError>();
        MetadataValidation.Create(definition, root, errors);
        strategy.ValidateCreate(root, errors);
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(definition.Group, definition.Kind, ObjectMeta.Name(root), errors);
        }

        if (sentRevision is { Length: > 0 } and not "0")
        {
            throw ApiException.Unreasoned("resourceVersion should not be set on objects to be created");
        }

        var target = strategy.ToStorage(root, definition.StorageVersion);
        if (request.DryRun)
        {
            return definition.Store.Find(ObjectMeta.Namespace(target), ObjectMeta.Name(target)) is null ? new StoredObject(target, 0) : null;
        }

        var created = definition.Store.Create(target);
        _state.Settle(definition, created);
        return created;
    }
}
