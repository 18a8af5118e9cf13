using GitOps.TypedMerge;

namespace GitOps.Testing;

internal sealed partial class ResourceHandler
{
    private async Task ScaleAsync(RequestContext request, ResourceDefinition definition, ResourceVersion version)
    {
        var info = request.Info;
        var scale = ScaleView.For(definition, version);
        switch (info.Verb)
        {
            case "get":
                {
                    var found = definition.Store.Find(info.Namespace, info.Name) ?? throw ApiException.NotFound(definition.Group, definition.Plural, info.Name);
                    if (definition.IsCustom && scale.MissingReplicas(found.Root) is { } missing)
                    {
                        throw ApiException.Internal($"the spec replicas field \"{missing}\" does not exist");
                    }

                    await request.WriteAsync(200, scale.Show(found.Root)).ConfigureAwait(false);
                    return;
                }

            case "update":
                {
                    ReadDryRun(request, "UpdateOptions");
                    var body = await request.ReadObjectAsync(null).ConfigureAwait(false);
                    var stored = Update(request, definition, version, "scale", live => Decoding(ApiException.BadRequest, () => scale.Update(live, _ => body, request.FieldManagerName, _state.Time)));
                    await request.WriteAsync(200, scale.Show(stored.Root)).ConfigureAwait(false);
                    return;
                }

            case "patch":
                {
                    ReadDryRun(request, "PatchOptions");
                    var type = request.ContentType;
                    var patch = request.Parse(await request.ReadBodyAsync().ConfigureAwait(false), null);
                    if (type is "application/apply-patch+yaml")
                    {
                        var manager = request.Query("fieldManager") is { Length: > 0 } name
                            ? name
                            : throw InvalidOptions("PatchOptions", FieldError.Required("fieldManager", "is required for apply patch"));
                        var applied = Update(request, definition, version, "scale", live =>
                        {
                            try
                            {
                                var configuration = patch as MapNode ?? throw ApiException.BadRequest("the body is no object");
                                return Decoding(ApiException.BadRequest, () => scale.Apply(live, configuration, manager, request.Flag("force"), _state.Time));
                            }
                            catch (ApplyConflictException e)
                            {
                                throw ConflictOf(e);
                            }
                        });
                        await request.WriteAsync(200, scale.Show(applied.Root)).ConfigureAwait(false);
                        return;
                    }

                    var stored = Update(request, definition, version, "scale", live => Decoding(InvalidPatch, () => scale.Update(live, shown => Patch(ScaleView.Version, type, shown, patch), request.FieldManagerName, _state.Time)));
                    await request.WriteAsync(200, scale.Show(stored.Root)).ConfigureAwait(false);
                    return;
                }

            default:
                throw ApiException.MethodNotAllowed(definition.Group, definition.Plural, info.Verb);
        }
    }

    private static MapNode Decoding(Func<string, ApiException> refuse, Func<MapNode> change)
    {
        try
        {
            return change();
        }
        catch (DecodeException e)
        {
            throw refuse(e.Message);
        }
    }

    private static ApiException ConflictOf(ApplyConflictException e) => new(new ApiStatus
    {
        Code = 409,
        Reason = "Conflict",
        Message = e.Message,
        Causes = [.. e.Conflicts.Select(static c => new StatusCause("FieldManagerConflict", $"conflict with {c.DisplayManager}", c.Field))],
    });
}
