namespace GitOps.Testing;

/// <summary>Answers the review resources: who am I, and may I.</summary>
internal sealed class AccessReviews(ClusterState state)
{
    /// <summary>Answers a review; <see langword="null"/> when the object is to be stored.</summary>
    public MapNode? TryHandle(RequestContext request, ResourceDefinition definition, MapNode review)
    {
        if (Problem(definition.Kind, review) is { } problem)
        {
            throw ApiException.Invalid(definition.Group, "", "", [problem]);
        }

        switch (definition.Kind)
        {
            case "SelfSubjectAccessReview":
                return WithStatus(review, Decide(request.User, review.GetMap("spec")));
            case "SubjectAccessReview" or "LocalSubjectAccessReview":
                {
                    var spec = review.GetMap("spec");
                    var user = new UserInfo(
                        spec?.GetString("user") ?? "",
                        spec?.GetList("groups")?.OfType<ScalarNode>().Select(static g => g.Text).ToArray() ?? [],
                        spec?.GetString("uid") ?? "");
                    return WithStatus(review, Decide(user, spec));
                }

            case "SelfSubjectReview":
                {
                    var status = new MapNode();
                    status["userInfo"] = UserNode(request.User);
                    return WithStatus(review, status);
                }

            case "TokenReview":
                {
                    var status = new MapNode();
                    if (state.Tokens.Find(review.GetMap("spec")?.GetString("token") ?? "") is { } user)
                    {
                        status["authenticated"] = ScalarNode.Boolean(true);
                        status["user"] = UserNode(user);
                    }
                    else
                    {
                        status["user"] = new MapNode();
                        status.Set("error", "invalid bearer token");
                    }

                    return WithStatus(review, status);
                }

            case "SelfSubjectRulesReview":
                {
                    var status = new MapNode();
                    status["resourceRules"] = new ListNode(state.Authorizer.RulesFor(request.User, review.GetMap("spec")?.GetString("namespace") ?? ""));
                    status["nonResourceRules"] = new ListNode();
                    status["incomplete"] = ScalarNode.Boolean(false);
                    return WithStatus(review, status);
                }

            default:
                return null;
        }
    }

    private static FieldError? Problem(string kind, MapNode review)
    {
        if (kind is not ("SelfSubjectAccessReview" or "SubjectAccessReview" or "LocalSubjectAccessReview"))
        {
            return kind == "TokenReview" && review.GetMap("spec")?.GetString("token") is not { Length: > 0 }
                ? throw ApiException.BadRequest("token is required for TokenReview in authentication")
                : null;
        }

        var spec = review.GetMap("spec");
        var resource = spec?.GetMap("resourceAttributes");
        var path = spec?.GetMap("nonResourceAttributes");
        if (resource is not null && path is not null)
        {
            return FieldError.Invalid("spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes");
        }

        if (resource is null && path is null)
        {
            return FieldError.Invalid("spec.resourceAttributes", spec?["resourceAttributes"], "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        if (kind == "SelfSubjectAccessReview")
        {
            return null;
        }

        if (spec!.GetString("user") is not { Length: > 0 } && spec.GetList("groups") is null or { Count: 0 })
        {
            return FieldError.Invalid("spec.user", "", "at least one of user or group must be specified");
        }

        if (kind == "LocalSubjectAccessReview")
        {
            if (path is not null)
            {
                return FieldError.Invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request");
            }

            if (resource?.GetString("namespace") != ObjectMeta.Namespace(review))
            {
                return FieldError.Invalid("spec.resourceAttributes.namespace", resource?.GetString("namespace") ?? "", "must match metadata.namespace");
            }
        }

        return null;
    }

    private MapNode Decide(UserInfo user, MapNode? spec)
    {
        bool allowed;
        if (spec?.GetMap("resourceAttributes") is { } resource)
        {
            allowed = state.Authorizer.Allows(user, new AccessRequest(
                resource.GetString("verb") ?? "",
                resource.GetString("group") ?? "",
                resource.GetString("resource") ?? "",
                resource.GetString("subresource") ?? "",
                resource.GetString("namespace") ?? "",
                resource.GetString("name") ?? "",
                ""));
        }
        else
        {
            var path = spec?.GetMap("nonResourceAttributes");
            allowed = state.Authorizer.Allows(user, new AccessRequest(path?.GetString("verb") ?? "", "", "", "", "", "", path?.GetString("path") ?? ""));
        }

        var status = new MapNode();
        status["allowed"] = ScalarNode.Boolean(allowed);
        return status;
    }

    private static MapNode WithStatus(MapNode review, MapNode status)
    {
        var copy = ObjectMeta.With(review, "status", status);
        return copy;
    }

    private static MapNode UserNode(UserInfo user)
    {
        var node = new MapNode();
        node.Set("username", user.Name);
        if (user.Uid.Length > 0)
        {
            node.Set("uid", user.Uid);
        }

        node["groups"] = new ListNode(user.Groups.Select(static g => ScalarNode.String(g)));
        return node;
    }
}
