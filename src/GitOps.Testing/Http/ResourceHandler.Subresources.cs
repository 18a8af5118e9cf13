using GitOps.TypedMerge;

namespace GitOps.Testing;

internal sealed partial class ResourceHandler
{
    private async Task SubresourceAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var info = request.Info;
        if (!version.Subresources.Contains(info.Subresource) || info.Rest.Length > 0)
        {
            throw ApiException.PathNotFound();
        }

        switch (info.Subresource)
        {
            case "scale":
                await ScaleAsync(request, definition, version).ConfigureAwait(false);
                return;
            case "eviction" when info.Verb == "create":
                ReadDryRun(request, "CreateOptions");
                var eviction = await request.ReadObjectAsync(null).ConfigureAwait(false);
                if (ObjectMeta.Name(eviction) is { Length: > 0 } named && named != info.Name)
                {
                    throw ApiException.BadRequest("name in URL does not match name in Eviction object");
                }

                var wish = eviction.GetMap("deleteOptions");
                Delete(request.DryRun, definition, info.Namespace, info.Name, new DeleteOptions(
                    wish?.GetString("propagationPolicy"),
                    wish?["gracePeriodSeconds"] is ScalarNode period && period.TryGetInt64(out var evictionGrace) ? evictionGrace : null,
                    wish?.GetMap("preconditions")?.GetString("uid"),
                    wish?.GetMap("preconditions")?.GetString("resourceVersion")));
                await request.WriteAsync(201, new ApiStatus { Success = true, Code = 201 }.ToNode()).ConfigureAwait(false);
                return;
            case "binding" when info.Verb == "create":
                await BindAsync(request, definition, version).ConfigureAwait(false);
                return;
            case "log" when info.Verb == "get":
                _ = definition.Store.Find(info.Namespace, info.Name) ?? throw ApiException.NotFound(definition.Group, definition.Plural, info.Name);
                throw OutOfReach(info.Subresource);
            case "token" when info.Verb == "create":
                await TokenAsync(request, definition).ConfigureAwait(false);
                return;
            case "exec" or "attach" or "portforward" or "proxy":
                throw OutOfReach(info.Subresource);
        }

        switch (info.Verb)
        {
            case "get":
                await GetAsync(request, definition, version).ConfigureAwait(false);
                break;
            case "update":
                await PutAsync(request, definition, version, info.Subresource).ConfigureAwait(false);
                break;
            case "patch":
                await PatchAsync(request, definition, version, info.Subresource).ConfigureAwait(false);
                break;
            default:
                throw ApiException.MethodNotAllowed(definition.Group, definition.Plural, info.Verb);
        }
    }

    private async Task BindAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var body = await request.ReadObjectAsync(null).ConfigureAwait(false);
        var node = body.GetMap("target")?.GetString("name") ?? throw ApiException.BadRequest("a binding needs target.name");
        Update(request, definition, version, "binding", live =>
        {
            if (live.GetMap("spec")?.GetString("nodeName") is { Length: > 0 } assigned)
            {
                throw ApiException.Conflict("", "pods/binding", request.Info.Name, $"pod {request.Info.Name} is already assigned to node \"{assigned}\"");
            }

            var spec = FieldManager.Shallow(live.GetMap("spec") ?? new MapNode());
            spec.Set("nodeName", node);
            var bound = ObjectMeta.With(live, "spec", spec);
            var status = bound.GetMap("status") is { } known ? FieldManager.Shallow(known) : new MapNode();
            var condition = new MapNode();
            condition["lastProbeTime"] = ScalarNode.Null();
            condition.Set("lastTransitionTime", ObjectMeta.Timestamp(_state.Time.GetUtcNow()));
            condition.Set("status", "True");
            condition.Set("type", "PodScheduled");
            status["conditions"] = new ListNode([.. (status.GetList("conditions") ?? []).Where(static c => (c as MapNode)?.GetString("type") != "PodScheduled"), condition]);
            return ObjectMeta.With(bound, "status", status);
        });
        await request.WriteAsync(201, new ApiStatus { Success = true, Code = 201 }.ToNode()).ConfigureAwait(false);
    }

    private async Task TokenAsync(RequestContext request, ResourceDefinition definition)
    {
        var account = definition.Store.Find(request.Info.Namespace, request.Info.Name) ?? throw ApiException.NotFound("", definition.Plural, request.Info.Name);
        var body = await request.ReadObjectAsync(null).ConfigureAwait(false);
        var seconds = body.GetMap("spec")?["expirationSeconds"] is ScalarNode s && s.TryGetInt64(out var given) ? given : 3600;
        var token = _state.Tokens.Issue(new UserInfo(
            $"system:serviceaccount:{account.Namespace}:{account.Name}",
            ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}", "system:authenticated"],
            ObjectMeta.Uid(account.Root)));
        var answer = new MapNode();
        answer.Set("kind", "TokenRequest");
        answer.Set("apiVersion", "authentication.k8s.io/v1");
        answer["metadata"] = new MapNode();
        answer["spec"] = body.GetMap("spec") ?? new MapNode();
        var status = answer.GetOrAddMap("status");
        status.Set("token", token);
        status.Set("expirationTimestamp", ObjectMeta.Timestamp(_state.Time.GetUtcNow().AddSeconds(seconds)));
        await request.WriteAsync(201, answer).ConfigureAwait(false);
    }

    private static ApiException OutOfReach(string subresource) =>
        new(new ApiStatus { Code = 501, Reason = "NotImplemented", Message = $"the in-memory server has no nodes, so {subresource} has nothing to reach" });
}
