using System.Globalization;
using GitOps.Json;
using GitOps.TypedMerge;

namespace GitOps.Testing;

/// <summary>Serves the verbs of resources.</summary>
internal sealed partial class ResourceHandler
{
    private const int MaxManagerBytes = 128;
    private const int UpdateAttempts = 50;
    private readonly ClusterState _state;

    public ResourceHandler(ClusterState state) => _state = state;

    public async Task HandleAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var info = request.Info;
        if (info.Namespace.Length > 0 && !definition.Namespaced)
        {
            throw ApiException.PathNotFound();
        }

        if (definition.Namespaced && info.Namespace.Length == 0 && info.Name.Length > 0)
        {
            throw ApiException.PathNotFound();
        }

        CheckShape(definition, info);
        CheckAccept(request);
        CheckFieldManager(request);

        if (info.Subresource.Length > 0)
        {
            await SubresourceAsync(request, definition, version).ConfigureAwait(false);
            return;
        }

        if (!definition.Verbs.Contains(info.Verb, StringComparer.Ordinal))
        {
            throw ApiException.MethodNotAllowed(definition.Group, definition.Plural, info.Verb);
        }

        switch (info.Verb)
        {
            case "get":
                await GetAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "list":
                await ListAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "watch":
                await WatchAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "create":
                await CreateAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "update":
                await PutAsync(request, definition, version, "").ConfigureAwait(false);
                break;
            case "patch":
                await PatchAsync(request, definition, version, "").ConfigureAwait(false);
                break;
            case "delete":
                await DeleteAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "deletecollection":
                await DeleteCollectionAsync(request, definition, version).ConfigureAwait(false);
                break;
            default:
                throw ApiException.MethodNotAllowed(definition.Group, definition.Plural, info.Verb);
        }
    }

    // Kinds that are replaced only by those who say which state they saw.
    private static bool NeedsRevision(ResourceDefinition definition) =>
        definition.IsCustom
        || definition.Group is "apiextensions.k8s.io" or "apiregistration.k8s.io" or "admissionregistration.k8s.io" or "coordination.k8s.io" or "policy" or "flowcontrol.apiserver.k8s.io"
        || definition.Kind is "VolumeAttachment" or "CSIDriver" or "CSINode" or "CSIStorageCapacity" or "RuntimeClass";

    // Kinds of which a replacement that finds nothing makes a new object.
    private static bool CreatesOnUpdate(ResourceDefinition definition) => definition.Group switch
    {
        "" => definition.Kind is "Service" or "Endpoints" or "Event" or "LimitRange",
        "events.k8s.io" or "rbac.authorization.k8s.io" => true,
        "coordination.k8s.io" => definition.Kind == "Lease",
        "node.k8s.io" => definition.Kind == "RuntimeClass",
        _ => false,
    };

    // Which methods a path takes: one object cannot be created, nor a collection be updated.
    private static void CheckShape(ResourceDefinition definition, RequestInfo info)
    {
        var everywhere = definition.Namespaced && info.Namespace.Length == 0;
        var fits = info.Subresource.Length > 0 || info.Verb switch
        {
            "create" => info.Name.Length == 0 && !everywhere,
            "update" or "patch" => info.Name.Length > 0,
            "deletecollection" => !everywhere,
            _ => true,
        };
        if (!fits)
        {
            throw new ApiException(new ApiStatus { Code = 405, Reason = "MethodNotAllowed", Message = "the server does not allow this method on the requested resource" });
        }
    }

    private static void CheckAccept(RequestContext request)
    {
        var accept = request.Http.Request.Headers.Accept.ToString();
        if (accept.Length > 0 && !accept.Split(',').Any(static a => IsAcceptable(a)))
        {
            throw new ApiException(new ApiStatus
            {
                Code = 406,
                Reason = "NotAcceptable",
                Message = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            });
        }
    }

    private static bool IsAcceptable(string alternative)
    {
        var parts = alternative.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0] is not ("application/json" or "application/yaml" or "application/vnd.kubernetes.protobuf" or "application/*" or "*/*"))
        {
            return false;
        }

        string Parameter(string name) => parts.FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
        return Parameter("as") switch
        {
            "" => true,
            "Table" or "PartialObjectMetadata" or "PartialObjectMetadataList" => Parameter("g") is "" or "meta.k8s.io" && Parameter("v") is "" or "v1" or "v1beta1",
            _ => false,
        };
    }

    private static void CheckFieldManager(RequestContext request)
    {
        var name = request.Query("fieldManager");
        if (string.IsNullOrEmpty(name) || request.Info.Verb is not ("create" or "update" or "patch"))
        {
            return;
        }

        var options = request.Info.Verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", _ => "PatchOptions" };
        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxManagerBytes)
        {
            throw InvalidOptions(options, FieldError.TooLong("fieldManager", MaxManagerBytes));
        }

        if (name.Any(char.IsControl))
        {
            throw InvalidOptions(options, FieldError.Invalid("fieldManager", name, "invalid character"));
        }
    }

    private async Task GetAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var found = definition.Store.Find(request.Info.Namespace, request.Info.Name)
            ?? throw ApiException.NotFound(definition.Group, definition.Plural, request.Info.Name);
        CheckMinimumRevision(request);
        await WriteObjectAsync(request, definition, version, 200, found.Root, found).ConfigureAwait(false);
    }

    private async Task PutAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version, string subresource)
    {
        ReadDryRun(request, "UpdateOptions");
        var duplicates = new List<string>();
        var body = await request.ReadObjectAsync(duplicates).ConfigureAwait(false);
        CheckKind(definition, version, body);
        var updated = Decode(request, definition, version, body, duplicates);
        var name = ObjectMeta.Name(updated);
        if (name.Length > 0 && name != request.Info.Name)
        {
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Info.Name})");
        }

        if (name.Length == 0)
        {
            throw ApiException.BadRequest("name not found: the object has no metadata.name");
        }

        CheckNamespace(request, definition, updated);
        CheckRevisionSent(request, definition, subresource, updated);
        if (subresource.Length == 0 && CreatesOnUpdate(definition) && definition.Store.Find(request.Info.Namespace, request.Info.Name) is null
            && CreateObject(request, definition, version, (MapNode)updated.DeepClone(), updateManagedFields: true) is { } created)
        {
            await WriteObjectAsync(request, definition, version, 201, created.Root, created).ConfigureAwait(false);
            return;
        }

        var stored = Update(request, definition, version, subresource, live =>
        {
            var result = (MapNode)updated.DeepClone();
            return definition.Strategy.FieldManager(version.Name, subresource).Update(live, result, request.FieldManagerName);
        });
        await WriteObjectAsync(request, definition, version, 200, stored.Root, stored).ConfigureAwait(false);
    }

    private static void CheckRevisionSent(RequestContext request, ResourceDefinition definition, string subresource, MapNode updated)
    {
        var metadata = updated.GetMap("metadata");
        if (subresource is not ("" or "status") || !NeedsRevision(definition) || metadata?.GetString("resourceVersion") is { Length: > 0 }
            || definition.Store.Find(request.Info.Namespace, request.Info.Name) is not { } live)
        {
            return;
        }

        // Who means another object hears that first.
        if (metadata?.GetString("uid") is null or "" || metadata.GetString("uid") == ObjectMeta.Uid(live.Root))
        {
            throw ApiException.Invalid(definition.Group, definition.Plural, request.Info.Name, [FieldError.Invalid("metadata.resourceVersion", ScalarNode.Integer(0), "must be specified for an update")]);
        }
    }

    private async Task PatchAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version, string subresource)
    {
        ReadDryRun(request, "PatchOptions");
        var type = request.ContentType;
        var apply = type is "application/apply-patch+yaml" or "application/apply-patch+cbor";
        if (!apply && type is not ("application/json-patch+json" or "application/merge-patch+json" or "application/strategic-merge-patch+json")
            || (type == "application/strategic-merge-patch+json" && definition.IsCustom))
        {
            throw new ApiException(new ApiStatus
            {
                Code = 415,
                Reason = "UnsupportedMediaType",
                Message = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
            });
        }

        var bytes = await request.ReadBodyAsync().ConfigureAwait(false);
        var duplicates = new List<string>();
        var patch = request.Parse(bytes, duplicates);
        if (apply)
        {
            await ApplyAsync(request, definition, version, subresource, patch, duplicates).ConfigureAwait(false);
            return;
        }

        if (request.Flag("force"))
        {
            throw InvalidOptions("PatchOptions", FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        }

        var stored = Update(request, definition, version, subresource, live =>
        {
            var patched = Patch(version, type, live, patch);
            var decoded = DecodePatched(request, definition, version, patched, duplicates, strategic: type == "application/strategic-merge-patch+json");
            return definition.Strategy.FieldManager(version.Name, subresource).Update(live, decoded, request.FieldManagerName);
        });
        await WriteObjectAsync(request, definition, version, 200, stored.Root, stored).ConfigureAwait(false);
    }

    private static MapNode Patch(ResourceVersion version, string type, MapNode live, Node patch)
    {
        switch (type)
        {
            case "application/json-patch+json":
                if (patch is not ListNode operations)
                {
                    throw ApiException.BadRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
                }

                try
                {
                    return JsonPatch.Apply(live, operations, JsonPatchOptions.ApiServer) as MapNode
                        ?? throw new ApiException(new ApiStatus { Code = 422, Reason = "Invalid", Message = "the JSON patch leaves no object" });
                }
                catch (JsonPatchException e)
                {
                    throw e.Operation < 0
                        ? new ApiException(new ApiStatus { Code = 413, Reason = "RequestEntityTooLarge", Message = e.Message })
                        : new ApiException(new ApiStatus { Code = 422, Reason = "Invalid", Message = e.Message });
                }

            case "application/merge-patch+json":
                return patch is MapNode
                    ? (MapNode)JsonMergePatch.Apply(live, patch)
                    : throw ApiException.BadRequest("error decoding patch: Invalid JSON Patch");
            default:
                if (patch is not MapNode strategic)
                {
                    throw ApiException.BadRequest("error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
                }

                try
                {
                    return StrategicMergePatch.Apply(version.Type, live, strategic);
                }
                catch (StrategicMergePatchException e)
                {
                    throw e.Fault switch
                    {
                        StrategicMergePatchFault.Malformed => ApiException.BadRequest(e.Message),
                        StrategicMergePatchFault.Contradiction => new ApiException(new ApiStatus { Code = 422, Message = e.Message }),
                        _ => ApiException.Unreasoned(e.Message),
                    };
                }
        }
    }

    private async Task ApplyAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version, string subresource, Node patch, List<string> duplicates)
    {
        if (patch is not MapNode configuration)
        {
            throw ApiException.BadRequest("error decoding YAML: the body is no object");
        }

        if (string.IsNullOrEmpty(request.Query("fieldManager")))
        {
            throw InvalidOptions("PatchOptions", FieldError.Required("fieldManager", "is required for apply patch"));
        }

        if (duplicates.Count > 0)
        {
            ReportFields(request, definition.Kind, [], duplicates, apply: true);
        }

        var apiVersion = configuration.GetString("apiVersion") ?? "";
        var kind = configuration.GetString("kind") ?? "";
        if (apiVersion.Length == 0 || kind.Length == 0)
        {
            throw ApiException.BadRequest($"invalid object type: {apiVersion}, Kind={kind}");
        }

        if (kind != definition.Kind || apiVersion != definition.ApiVersion(version.Name))
        {
            var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
            throw ApiException.BadRequest($"invalid object type: {(slash < 0 ? "/" + apiVersion : apiVersion)}, Kind={kind}");
        }

        if (configuration.GetMap("metadata") is { } given && given["managedFields"] is { IsNull: false })
        {
            throw ApiException.BadRequest("metadata.managedFields must be nil");
        }

        var manager = definition.Strategy.FieldManager(version.Name, subresource);
        var force = request.Flag("force");
        MapNode Merge(MapNode live)
        {
            try
            {
                return manager.Apply(live, configuration, request.FieldManagerName, force);
            }
            catch (ApplyConflictException e)
            {
                throw new ApiException(new ApiStatus
                {
                    Code = 409,
                    Reason = "Conflict",
                    Message = e.Message,
                    Causes = [.. e.Conflicts.Select(static c => new StatusCause("FieldManagerConflict", $"conflict with {c.DisplayManager}", c.Field))],
                });
            }
            catch (TypedException e)
            {
                var id = $"{ObjectMeta.Namespace(configuration)}/{ObjectMeta.Name(configuration)}; {apiVersion}, Kind={kind}";
                throw ApiException.Unreasoned($"failed to create typed patch object ({id}): {e.Message}");
            }
            catch (FormatException e)
            {
                throw ApiException.Unreasoned($"failed to decode managed fields: {e.Message}");
            }
            catch (DecodeException e)
            {
                throw Unreadable(e);
            }
        }

        MapNode Normalize(MapNode merged)
        {
            try
            {
                return definition.Strategy.Decode(version.Name, merged, null);
            }
            catch (DecodeException e)
            {
                throw Unreadable(e);
            }
        }

        // What fits the schema and yet not the type is found when ownership was settled already: the server's own fault, as it sees it.
        ApiException Unreadable(DecodeException e) => definition.IsCustom
            ? ApiException.BadRequest(e.Message)
            : ApiException.Unreasoned($"failed to convert new object ({ObjectMeta.Namespace(configuration)}/{ObjectMeta.Name(configuration)}; {apiVersion}, Kind={kind}) to proper version: unable to convert unstructured object to {apiVersion}, Kind={kind}: {e.Message}");

        var unknown = new List<string>();
        if (Validation(request) != "Ignore" && definition.IsCustom)
        {
            definition.Strategy.Decode(version.Name, configuration, unknown.Add);
            ReportFields(request, definition.Kind, unknown, [], apply: true);
        }

        for (var attempt = 0; ; attempt++)
        {
            var live = definition.Store.Find(request.Info.Namespace, request.Info.Name);
            if (live is null)
            {
                if (subresource.Length > 0)
                {
                    throw ApiException.NotFound(definition.Group, definition.Plural, request.Info.Name);
                }

                if (configuration.GetMap("metadata")?.GetString("uid") is { Length: > 0 } uid)
                {
                    throw ApiException.Conflict(definition.Group, definition.Plural, request.Info.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
                }

                var created = CreateObject(request, definition, version, Normalize(Merge(definition.Strategy.Empty(version.Name))), updateManagedFields: false);
                if (created is null && attempt < UpdateAttempts)
                {
                    continue;
                }

                if (created is null)
                {
                    throw ApiException.AlreadyExists(definition.Group, definition.Plural, request.Info.Name);
                }

                await WriteObjectAsync(request, definition, version, 201, created.Root, created).ConfigureAwait(false);
                return;
            }

            var stored = UpdateOnce(request, definition, version, subresource, live, current => Normalize(Merge(current)));
            if (stored is not null)
            {
                await WriteObjectAsync(request, definition, version, 200, stored.Root, stored).ConfigureAwait(false);
                return;
            }

            if (attempt >= UpdateAttempts)
            {
                throw ApiException.Conflict(definition.Group, definition.Plural, request.Info.Name, "the object has been modified; please apply your changes to the latest version and try again");
            }
        }
    }

    private StoredObject Update(RequestContext request, ResourceDefinition definition, ResourceVersion version, string subresource, Func<MapNode, MapNode> change)
    {
        for (var attempt = 0; attempt < UpdateAttempts; attempt++)
        {
            var live = definition.Store.Find(request.Info.Namespace, request.Info.Name)
                ?? throw ApiException.NotFound(definition.Group, definition.Plural, request.Info.Name);
            if (UpdateOnce(request, definition, version, subresource, live, change) is { } stored)
            {
                return stored;
            }
        }

        throw ApiException.Conflict(definition.Group, definition.Plural, request.Info.Name, "the object has been modified; please apply your changes to the latest version and try again");
    }

    /// <summary>Changes an object; <see langword="null"/> when it moved meanwhile and the caller has to try again.</summary>
    private StoredObject? UpdateOnce(RequestContext request, ResourceDefinition definition, ResourceVersion version, string subresource, StoredObject live, Func<MapNode, MapNode> change)
    {
        var strategy = definition.Strategy;
        var old = strategy.Convert(live.Root, version.Name);
        MapNode updated;
        try
        {
            updated = change(old);
        }
        catch (DecodeException e)
        {
            throw ApiException.BadRequest($"{definition.Kind} in version \"{version.Name}\" cannot be handled as a {definition.Kind}: {e.Message}");
        }

        updated = ObjectMeta.Open(updated, out var metadata);
        if (!definition.Namespaced)
        {
            metadata.Remove("namespace");
        }

        CheckIdentity(request, definition, live, updated);
        var sentRevision = metadata.GetString("resourceVersion");
        if (sentRevision is { Length: > 0 } && !ulong.TryParse(sentRevision, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw ApiException.Unreasoned($"resourceVersion: Invalid value: \"{sentRevision}\": strconv.ParseUint: parsing \"{sentRevision}\": invalid syntax");
        }

        if (sentRevision is { Length: > 0 } && sentRevision != "0" && sentRevision != live.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Conflict(definition.Group, definition.Plural, request.Info.Name, "the object has been modified; please apply your changes to the latest version and try again");
        }

        var sentUid = metadata.GetString("uid");
        var liveUid = ObjectMeta.Uid(live.Root);
        if (sentUid is { Length: > 0 } && sentUid != liveUid)
        {
            // A whole object is meant for the one it was read from; a patch only tries to change what cannot be changed.
            throw request.Info.Verb != "update"
                ? ApiException.Invalid(definition.Group, definition.Kind, request.Info.Name, [FieldError.Invalid("metadata.uid", sentUid, "field is immutable")])
                : ApiException.Conflict(definition.Group, definition.Plural, request.Info.Name, $"Precondition failed: UID in precondition: {sentUid}, UID in object meta: {liveUid}");
        }

        KeepSystemFields(metadata, old.GetMap("metadata")!);
        strategy.PrepareUpdate(updated, old, subresource);
        metadata = updated.GetMap("metadata")!;
        var errors = new List<FieldError>();
        MetadataValidation.Update(definition, updated, old, errors);
        strategy.ValidateUpdate(updated, old, subresource, errors);
        if (errors.Count > 0)
        {
            throw ApiException.Invalid(definition.Group, definition.Kind, request.Info.Name, errors);
        }

        updated = ManagedFieldsTimes.KeepWhenNothingElseChanged(updated, old);
        metadata["resourceVersion"] = live.Metadata["resourceVersion"]!;
        if (updated.GetMap("metadata") is { } final && !ReferenceEquals(final, metadata))
        {
            final["resourceVersion"] = live.Metadata["resourceVersion"]!;
        }

        var target = strategy.ToStorage(updated, definition.StorageVersion);
        if (Node.DeepEquals(target, live.Root))
        {
            return live;
        }

        if (request.DryRun)
        {
            return new StoredObject(target, live.Revision);
        }

        // The last finalizer is gone: the deletion that was asked for happens now.
        if (ObjectMeta.IsDeleting(target) && !ObjectMeta.HasFinalizers(target) && !strategy.HasOwnFinalizers(target) && !IsGraceful(target))
        {
            return definition.Store.Delete(live) is null ? null : new StoredObject(target, live.Revision);
        }

        var replaced = definition.Store.Replace(live, target);
        _state.Settle(definition, replaced);
        return replaced;
    }

    private static bool IsGraceful(MapNode root) =>
        root.GetMap("metadata")?["deletionGracePeriodSeconds"] is ScalarNode seconds && seconds.TryGetInt64(out var value) && value > 0;

    private static void CheckIdentity(RequestContext request, ResourceDefinition definition, StoredObject live, MapNode updated)
    {
        var name = ObjectMeta.Name(updated);
        if (name != live.Name)
        {
            throw ApiException.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Info.Name})");
        }

        if (definition.Namespaced && ObjectMeta.Namespace(updated) != live.Namespace)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void KeepSystemFields(MapNode metadata, MapNode old)
    {
        foreach (var key in (ReadOnlySpan<string>)["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"])
        {
            if (old[key] is { } value)
            {
                metadata[key] = value;
            }
            else
            {
                metadata.Remove(key);
            }
        }
    }

    private static ApiException InvalidPatch(string why) => new(new ApiStatus
    {
        Code = 422,
        Reason = "Invalid",
        Message = $" \"\" is invalid: patch: Invalid value: {why}",
        Causes = [new StatusCause("FieldValueInvalid", $"Invalid value: {why}", "patch")],
    });

    // What a patch leaves has to be an object of the kind; all that is wrong with it is the patch's fault.
    private static MapNode DecodePatched(RequestContext request, ResourceDefinition definition, ResourceVersion version, MapNode patched, List<string> duplicates, bool strategic)
    {
        var unknown = new List<string>();
        MapNode decoded;
        try
        {
            if (!strategic)
            {
                CheckKind(definition, version, patched, patched: true);
            }

            decoded = definition.Strategy.Decode(version.Name, patched, unknown.Add);
        }
        catch (DecodeException e)
        {
            throw InvalidPatch(e.Message);
        }
        catch (ApiException e) when (!definition.IsCustom)
        {
            throw InvalidPatch(e.Message);
        }

        if (Validation(request) == "Strict" && unknown.Count + duplicates.Count > 0)
        {
            throw InvalidPatch($"strict decoding error: {string.Join(", ", Problems(unknown, duplicates))}");
        }

        ReportFields(request, definition.Kind, unknown, duplicates, apply: false);
        return decoded;
    }

    private static string[] Problems(List<string> unknown, List<string> duplicates) =>
        [.. duplicates.Select(static d => $"duplicate field \"{d}\"").Concat(unknown.Select(static u => $"unknown field \"{u}\"")).Distinct(StringComparer.Ordinal)];

    private static MapNode Decode(RequestContext request, ResourceDefinition definition, ResourceVersion version, MapNode body, List<string> duplicates)
    {
        var unknown = new List<string>();
        MapNode decoded;
        try
        {
            decoded = definition.Strategy.Decode(version.Name, body, unknown.Add);
        }
        catch (DecodeException e)
        {
            throw ApiException.BadRequest($"{definition.Kind} in version \"{version.Name}\" cannot be handled as a {definition.Kind}: {e.Message}");
        }

        ReportFields(request, definition.Kind, unknown, duplicates, apply: false);
        return decoded;
    }

    private static string Validation(RequestContext request)
    {
        var wanted = request.Query("fieldValidation");
        return wanted switch
        {
            null or "" => "Warn",
            "Strict" or "Warn" or "Ignore" => wanted,
            _ => throw InvalidOptions(
                request.Info.Verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", _ => "PatchOptions" },
                FieldError.NotSupported("fieldValidation", wanted, ["", "Ignore", "Strict", "Warn"])),
        };
    }

    private static void ReportFields(RequestContext request, string kind, List<string> unknown, List<string> duplicates, bool apply)
    {
        var mode = Validation(request);
        if (mode == "Ignore" || unknown.Count + duplicates.Count == 0)
        {
            return;
        }

        var problems = Problems(unknown, duplicates);
        if (mode == "Warn")
        {
            foreach (var problem in problems)
            {
                if (!request.Warnings.Contains(problem))
                {
                    request.Warn(problem);
                }
            }

            return;
        }

        throw ApiException.BadRequest($"{(apply ? "error strict decoding patch" : $"{kind} in version \"{request.Info.Version}\" cannot be handled as a {kind}")}: strict decoding error: {string.Join(", ", problems)}");
    }

    private static void CheckKind(ResourceDefinition definition, ResourceVersion version, MapNode body, bool patched = false)
    {
        var apiVersion = body.GetString("apiVersion");
        var kind = body.GetString("kind");
        if (definition.IsCustom && (string.IsNullOrEmpty(apiVersion) || string.IsNullOrEmpty(kind)))
        {
            throw ApiException.BadRequest(string.IsNullOrEmpty(kind)
                ? "Object 'Kind' is missing in the request body"
                : "Object 'apiVersion' is missing in the request body");
        }

        if (definition.IsCustom)
        {
            // A custom object of another kind is one with a wrong field.
            if (kind != definition.Kind)
            {
                throw ApiException.Invalid(definition.Group, kind!, ObjectMeta.Name(body), [FieldError.Invalid("kind", kind!, $"must be {definition.Kind}")]);
            }

            if (patched && apiVersion != definition.ApiVersion(version.Name) && apiVersion!.StartsWith(definition.Group + "/", StringComparison.Ordinal))
            {
                throw ApiException.Invalid(definition.Group, definition.Kind, ObjectMeta.Name(body), [FieldError.Invalid("apiVersion", apiVersion, $"must be {definition.ApiVersion(version.Name)}")]);
            }
        }

        if (!string.IsNullOrEmpty(kind) && kind != definition.Kind)
        {
            throw ApiException.BadRequest($"{kind} in version \"{version.Name}\" cannot be handled as a {definition.Kind}: converting ({apiVersion}.{kind}) to ({definition.Kind}): unknown conversion");
        }

        if (!string.IsNullOrEmpty(apiVersion) && apiVersion != definition.ApiVersion(version.Name))
        {
            throw ApiException.BadRequest($"{definition.Kind} in version \"{apiVersion}\" cannot be handled as a {definition.Kind}: no kind \"{definition.Kind}\" is registered for version \"{apiVersion}\"");
        }
    }

    private static void CheckNamespace(RequestContext request, ResourceDefinition definition, MapNode root)
    {
        var metadata = root.GetMap("metadata")!;
        var ns = metadata.GetString("namespace");
        if (!definition.Namespaced)
        {
            // Whoever names a namespace for what has none is not told so.
            metadata.Remove("namespace");
        }
        else if (string.IsNullOrEmpty(ns))
        {
            metadata.Set("namespace", request.Info.Namespace);
        }
        else if (ns != request.Info.Namespace)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void ReadDryRun(RequestContext request, string options)
    {
        var values = request.Http.Request.Query["dryRun"];
        if (values.Count == 0 || (values.Count == 1 && string.IsNullOrEmpty(values[0])))
        {
            return;
        }

        if (values.Any(static v => v != "All"))
        {
            throw InvalidOptions(options, FieldError.NotSupported("dryRun", string.Join(',', values.ToArray()), ["All"]));
        }

        request.DryRun = true;
    }

    private static ApiException InvalidOptions(string options, FieldError error) => ApiException.Invalid("meta.k8s.io", options, "", [error]);

    private void CheckMinimumRevision(RequestContext request)
    {
        if (request.Query("resourceVersion") is { Length: > 0 } text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
            && wanted > _state.Clock.Current)
        {
            throw ApiException.TooLongResourceVersion(wanted, _state.Clock.Current);
        }
    }
}
