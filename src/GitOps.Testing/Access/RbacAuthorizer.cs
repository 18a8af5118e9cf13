namespace GitOps.Testing;

/// <summary>Decides by the Roles, ClusterRoles and bindings that are in the cluster.</summary>
internal sealed class RbacAuthorizer(ResourceRegistry registry, bool enabled)
{
    private const string Group = "rbac.authorization.k8s.io";

    public bool Allows(UserInfo user, AccessRequest request)
    {
        if (!enabled || user.IsMaster)
        {
            return true;
        }

        // What every authenticated user may do: look at the API and ask about himself.
        if (request.Resource.Length == 0 && request.Verb is "get" or "head" && request.Path is "/api" or "/apis" or "/version" or "/healthz" or "/livez" or "/readyz")
        {
            return true;
        }

        if (request.Resource.Length == 0 && request.Verb == "get" && (request.Path.StartsWith("/api", StringComparison.Ordinal) || request.Path.StartsWith("/openapi", StringComparison.Ordinal)))
        {
            return true;
        }

        if (request.Group == "authorization.k8s.io" && request.Resource.StartsWith("selfsubject", StringComparison.Ordinal))
        {
            return true;
        }

        return Rules(user, request.Namespace).Any(rule => Fits(rule, request));
    }

    public IEnumerable<Node> RulesFor(UserInfo user, string ns)
    {
        if (!enabled || user.IsMaster)
        {
            var all = new MapNode();
            foreach (var field in (ReadOnlySpan<string>)["verbs", "apiGroups", "resources"])
            {
                all[field] = new ListNode([ScalarNode.String("*")]);
            }

            return [all];
        }

        return Rules(user, ns).Select(static r => r.DeepClone());
    }

    private IEnumerable<MapNode> Rules(UserInfo user, string ns)
    {
        foreach (var binding in List("clusterrolebindings", ""))
        {
            if (Binds(binding.Root, user))
            {
                foreach (var rule in RoleRules(binding.Root, ""))
                {
                    yield return rule;
                }
            }
        }

        if (ns.Length == 0)
        {
            yield break;
        }

        foreach (var binding in List("rolebindings", ns))
        {
            if (Binds(binding.Root, user))
            {
                foreach (var rule in RoleRules(binding.Root, ns))
                {
                    yield return rule;
                }
            }
        }
    }

    private StoredObject[] List(string plural, string ns) => registry.Find(Group, plural)?.Store.List(ns, out _) ?? [];

    private IEnumerable<MapNode> RoleRules(MapNode binding, string ns)
    {
        var reference = binding.GetMap("roleRef");
        var name = reference?.GetString("name") ?? "";
        var role = reference?.GetString("kind") == "ClusterRole"
            ? registry.Find(Group, "clusterroles")?.Store.Find("", name)
            : registry.Find(Group, "roles")?.Store.Find(ns, name);
        if (role is null)
        {
            return [];
        }

        var own = role.Root.GetList("rules")?.OfType<MapNode>() ?? [];
        if (role.Root.GetMap("aggregationRule")?.GetList("clusterRoleSelectors") is not { } selectors)
        {
            return own;
        }

        return own.Concat(List("clusterroles", "")
            .Where(r => selectors.OfType<MapNode>().Any(s => WorkloadValidation.Matches(s, r.Metadata.GetMap("labels"))))
            .SelectMany(static r => r.Root.GetList("rules")?.OfType<MapNode>() ?? []));
    }

    private static bool Binds(MapNode binding, UserInfo user)
    {
        foreach (var subject in binding.GetList("subjects")?.OfType<MapNode>() ?? [])
        {
            var name = subject.GetString("name");
            var fits = subject.GetString("kind") switch
            {
                "User" => name == user.Name,
                "Group" => name is not null && user.Groups.Contains(name, StringComparer.Ordinal),
                "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.GetString("namespace") ?? ObjectMeta.Namespace(binding)}:{name}",
                _ => false,
            };
            if (fits)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fits(MapNode rule, AccessRequest request)
    {
        if (!Has(rule, "verbs", request.Verb))
        {
            return false;
        }

        if (request.Resource.Length == 0)
        {
            return rule.GetList("nonResourceURLs")?.OfType<ScalarNode>().Any(u =>
                u.Text == "*" || u.Text == request.Path || (u.Text.EndsWith('*') && request.Path.StartsWith(u.Text[..^1], StringComparison.Ordinal))) == true;
        }

        var resource = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        return Has(rule, "apiGroups", request.Group)
            && (Has(rule, "resources", resource) || (request.Subresource.Length > 0 && Has(rule, "resources", $"*/{request.Subresource}")))
            && (rule.GetList("resourceNames") is null or { Count: 0 } || Has(rule, "resourceNames", request.Name));
    }

    private static bool Has(MapNode rule, string field, string value) =>
        rule.GetList(field)?.OfType<ScalarNode>().Any(v => v.Text == value || v.Text == "*") == true;
}
