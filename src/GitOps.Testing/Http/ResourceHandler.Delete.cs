using GitOps.Json;

namespace GitOps.Testing;

internal sealed partial class ResourceHandler
{
    private async Task DeleteAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var options = await ReadDeleteOptionsAsync(request).ConfigureAwait(false);
        var (result, gone) = Delete(request.DryRun, definition, request.Info.Namespace, request.Info.Name, options);
        if (gone && !ShowsDeleted(definition))
        {
            await request.WriteAsync(200, new ApiStatus { Success = true, Name = result.Name, Group = definition.Group, Kind = definition.Plural }.ToNode()).ConfigureAwait(false);
            return;
        }

        await WriteObjectAsync(request, definition, version, 200, result.Root, result).ConfigureAwait(false);
    }

    // Some kinds answer a deletion with what was deleted, the rest with a status.
    private static bool ShowsDeleted(ResourceDefinition definition) => definition.Group switch
    {
        "" => definition.Kind is "Pod" or "PodTemplate" or "Service" or "ServiceAccount" or "ResourceQuota" or "PersistentVolume" or "PersistentVolumeClaim",
        "resource.k8s.io" => true,
        "storage.k8s.io" => definition.Kind is "StorageClass" or "VolumeAttachment" or "CSIDriver" or "CSINode",
        _ => false,
    };

    private static string? Propagation(ResourceDefinition definition, StoredObject live, DeleteOptions options) => definition switch
    {
        // Nothing depends on events, and the objects in a namespace are no dependents of it.
        { Kind: "Event", Group: "" or "events.k8s.io" } => null,
        { Kind: "Namespace", Group: "" } when options.Propagation == "Foreground" => null,
        _ when options.Propagation is { } asked => asked,

        // Two old kinds leave their pods alone unless they are told otherwise.
        { Group: "batch", Kind: "Job" } or { Group: "", Kind: "ReplicationController" } when !ObjectMeta.IsDeleting(live.Root) => "Orphan",
        _ => null,
    };

    private async Task DeleteCollectionAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var options = await ReadDeleteOptionsAsync(request).ConfigureAwait(false);
        var query = ReadListQuery(request, definition, version);
        var most = ReadLimit(request) is > 0 and var limit ? limit : int.MaxValue;
        var items = definition.Store.List(request.Info.Namespace, out var revision).Where(o => query.Matches(o.Root)).Take(most).ToArray();
        foreach (var item in items)
        {
            try
            {
                Delete(request.DryRun, definition, item.Namespace, item.Name, options);
            }
            catch (ApiException e) when (e.Status.Code == 404)
            {
                // Somebody else deleted it first, which is what was asked for.
                continue;
            }
        }

        await WriteListAsync(request, definition, version, items, revision, null, null).ConfigureAwait(false);
    }

    public (StoredObject Object, bool Gone) Delete(bool dryRun, ResourceDefinition definition, string ns, string name, DeleteOptions options)
    {
        for (var attempt = 0; attempt < UpdateAttempts; attempt++)
        {
            var live = definition.Store.Find(ns, name) ?? throw ApiException.NotFound(definition.Group, definition.Plural, name);
            if (options.Uid is { } uid && uid != ObjectMeta.Uid(live.Root))
            {
                throw ApiException.Conflict(definition.Group, definition.Kind, name, $"the UID in the precondition ({uid}) does not match the UID in record ({ObjectMeta.Uid(live.Root)}). The object might have been deleted and then recreated");
            }

            if (options.ResourceVersion is { } revision && revision != ObjectMeta.ResourceVersion(live.Root))
            {
                throw ApiException.Conflict(definition.Group, definition.Kind, name, $"the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record ({ObjectMeta.ResourceVersion(live.Root)}). The object might have been modified");
            }

            if (definition is { Group: "", Kind: "Namespace" } && name is "default" or "kube-system" or "kube-public")
            {
                throw ApiException.Forbidden("", "namespaces", name, "this namespace may not be deleted");
            }

            // A graceful deletion that is under way can only be shortened; everything else about it is settled.
            var graceful = definition.Strategy.DeletesGracefully;
            if (graceful && LeftSeconds(live.Root) is { } left && (options.GracePeriodSeconds is null || options.GracePeriodSeconds >= left))
            {
                return (live, false);
            }

            var finalizers = live.Metadata.GetList("finalizers")?.OfType<ScalarNode>().Select(static f => f.Text).ToList() ?? [];
            var wanted = new List<string>(finalizers);
            wanted.Remove("foregroundDeletion");
            wanted.Remove("orphan");
            // What is under deletion already keeps the way it was asked for.
            switch (Propagation(definition, live, options))
            {
                case "Foreground":
                    wanted.Add("foregroundDeletion");
                    break;
                case "Orphan":
                    wanted.Add("orphan");
                    break;
                case null:
                    wanted = finalizers;
                    break;
            }

            if (definition.Kind == "CustomResourceDefinition" && definition.Group == CustomResources.Group && !ObjectMeta.IsDeleting(live.Root) && !dryRun)
            {
                if (_state.Custom.BeginDelete(definition, live) is { } terminating)
                {
                    return (terminating, false);
                }

                continue;
            }

            var grace = definition.Strategy.GracePeriod(live.Root, options.GracePeriodSeconds);
            var deleting = ObjectMeta.IsDeleting(live.Root);
            var immediately = wanted.Count == 0 && !definition.Strategy.HasOwnFinalizers(live.Root) && grace == 0;
            if (immediately && !graceful)
            {
                if (dryRun)
                {
                    return (new StoredObject(live.Root, 0), true);
                }

                if (definition.Store.Delete(live) is { } last)
                {
                    return (last, true);
                }

                continue;
            }

            var updated = ObjectMeta.Open(live.Root, out var metadata);
            var changed = false;
            if (!deleting)
            {
                metadata.Set("deletionTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow().AddSeconds(grace)));
                if (definition is not { Group: "", Kind: "Namespace" })
                {
                    metadata["deletionGracePeriodSeconds"] = ScalarNode.Integer(grace);
                }

                if (metadata["generation"] is ScalarNode generation && generation.TryGetInt64(out var number) && number > 0)
                {
                    metadata["generation"] = ScalarNode.Integer(number + 1);
                }

                definition.Strategy.BeginDelete(updated);
                changed = true;
            }
            else if (graceful)
            {
                metadata["deletionGracePeriodSeconds"] = ScalarNode.Integer(grace);
                metadata.Set("deletionTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow().AddSeconds(grace)));
                changed = true;
            }

            if (!wanted.SequenceEqual(finalizers, StringComparer.Ordinal))
            {
                metadata["finalizers"] = new ListNode(wanted.Select(static f => ScalarNode.String(f)));
                changed = true;
            }

            if (!changed || dryRun)
            {
                return (changed ? new StoredObject(updated, live.Revision) : live, immediately);
            }

            if (definition.Store.Replace(live, updated) is { } stored)
            {
                if (!immediately)
                {
                    return (stored, false);
                }

                // What is deleted gracefully is marked first, also when nothing is left to wait for.
                if (definition.Store.Delete(stored) is { } gone)
                {
                    return (gone, true);
                }
            }
        }

        throw ApiException.Conflict(definition.Group, definition.Plural, name, "the object has been modified; please apply your changes to the latest version and try again");
    }

    /// <summary>What is left to an object whose graceful deletion is under way.</summary>
    private static long? LeftSeconds(MapNode root) =>
        ObjectMeta.IsDeleting(root) && root.GetMap("metadata")?["deletionGracePeriodSeconds"] is ScalarNode seconds && seconds.TryGetInt64(out var left) ? left : null;

    private static async ValueTask<DeleteOptions> ReadDeleteOptionsAsync(RequestContext request)
    {
        ReadDryRun(request, "DeleteOptions");
        var bytes = await request.ReadBodyAsync().ConfigureAwait(false);
        MapNode? body = null;
        if (bytes.Length > 0)
        {
            body = request.ParseObject(bytes, null);
            if (body.GetString("kind") is { Length: > 0 } kind && kind != "DeleteOptions")
            {
                throw ApiException.BadRequest($"decoded object cannot be converted to DeleteOptions: {kind}");
            }

            if (body.GetList("dryRun") is { Count: > 0 } dryRun)
            {
                if (dryRun.Any(static d => d is not ScalarNode { Text: "All" }))
                {
                    throw InvalidOptions("DeleteOptions", FieldError.NotSupported("dryRun", JsonTreeWriter.WriteText(dryRun), ["All"]));
                }

                request.DryRun = true;
            }
        }

        var propagation = body?.GetString("propagationPolicy") ?? request.Query("propagationPolicy");
        if (propagation is { Length: > 0 } and not ("Foreground" or "Background" or "Orphan"))
        {
            throw InvalidOptions("DeleteOptions", FieldError.NotSupported("propagationPolicy", propagation, ["Foreground", "Background", "Orphan", "nil"]));
        }

        if (body?["orphanDependents"] is ScalarNode { Kind: ScalarKind.Boolean } orphan)
        {
            if (!string.IsNullOrEmpty(propagation))
            {
                throw InvalidOptions("DeleteOptions", FieldError.Invalid("propagationPolicy", propagation, "orphanDependents and deletionPropagation cannot be both set"));
            }

            propagation = orphan.AsBoolean() ? "Orphan" : "Background";
        }

        long? grace = body?["gracePeriodSeconds"] is ScalarNode g && g.TryGetInt64(out var seconds) ? seconds
            : long.TryParse(request.Query("gracePeriodSeconds"), System.Globalization.CultureInfo.InvariantCulture, out var q) ? q : null;
        var preconditions = body?.GetMap("preconditions");
        return new DeleteOptions(string.IsNullOrEmpty(propagation) ? null : propagation, grace, preconditions?.GetString("uid"), preconditions?.GetString("resourceVersion"));
    }

    internal sealed record DeleteOptions(string? Propagation, long? GracePeriodSeconds, string? Uid, string? ResourceVersion);
}
