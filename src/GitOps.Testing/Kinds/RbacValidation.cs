namespace GitOps.Testing;

/// <summary>Checks of roles and their bindings.</summary>
internal static class RbacValidation
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Role(MapNode root, List<FieldError> errors)
    {
        var role = Check.Of(root, errors);
        var namespaced = role.Text("kind") == "Role";
        foreach (var rule in role.Items("rules"))
        {
            rule.Demand("verbs", "verbs must contain at least one value");
            if (rule.Count("nonResourceURLs") > 0)
            {
                if (namespaced)
                {
                    rule.Invalid("nonResourceURLs", "namespaced rules cannot apply to non-resource URLs");
                }

                if (rule.Count("apiGroups") + rule.Count("resources") + rule.Count("resourceNames") > 0)
                {
                    rule.Invalid("nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs");
                }

                continue;
            }

            rule.Demand("apiGroups", "resource rules must supply at least one api group");
            rule.Demand("resources", "resource rules must supply at least one resource");
        }

        if (!role.HasMap("aggregationRule"))
        {
            return;
        }

        var aggregation = role.Child("aggregationRule");
        aggregation.Demand("clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil");
        foreach (var (_, index) in (aggregation.Map.GetList("clusterRoleSelectors") ?? []).Select(static (s, i) => (s, i)))
        {
            // A selector stands in the list itself, so it is looked at as if a field held it.
            var holder = new MapNode();
            var field = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"clusterRoleSelectors[{index}]");
            holder[field] = aggregation.Map.GetList("clusterRoleSelectors")![index];
            new Check(holder, aggregation.Path, errors).Selector(field);
        }
    }

    public static void Binding(MapNode root, List<FieldError> errors)
    {
        var binding = Check.Of(root, errors);
        var role = binding.Child("roleRef");
        var clusterWide = binding.Text("kind") == "ClusterRoleBinding";
        if (role.Text("apiGroup") != Group)
        {
            errors.Add(FieldError.NotSupported(role.At("apiGroup"), role.Text("apiGroup"), [Group]));
        }

        string[] kinds = clusterWide ? ["ClusterRole"] : ["Role", "ClusterRole"];
        if (!kinds.Contains(role.Text("kind")))
        {
            errors.Add(FieldError.NotSupported(role.At("kind"), role.Text("kind"), kinds));
        }

        role.DemandName("name", Names.PathSegment);
        foreach (var subject in binding.Items("subjects"))
        {
            subject.Demand("name");
            switch (subject.Text("kind"))
            {
                case "ServiceAccount":
                    subject.Name("name", Names.DnsSubdomain);
                    if (subject.Text("apiGroup").Length > 0)
                    {
                        errors.Add(FieldError.NotSupported(subject.At("apiGroup"), subject.Text("apiGroup"), [""]));
                    }

                    if (clusterWide)
                    {
                        subject.Demand("namespace");
                    }

                    break;
                case "User" or "Group":
                    if (subject.Text("apiGroup") != Group)
                    {
                        errors.Add(FieldError.NotSupported(subject.At("apiGroup"), subject.Text("apiGroup"), [Group]));
                    }

                    break;
                case var other:
                    errors.Add(FieldError.NotSupported(subject.At("kind"), other, ["ServiceAccount", "User", "Group"]));
                    break;
            }
        }
    }
}
