namespace GitOps.Testing;

/// <summary>Checks of where pods may run.</summary>
internal static class SchedulingValidation
{
    public static void All(Check spec)
    {
        foreach (var toleration in spec.Items("tolerations"))
        {
            Toleration(toleration);
        }

        Spread(spec);
        var affinity = spec.Child("affinity");
        if (affinity.HasMap("nodeAffinity"))
        {
            var nodes = affinity.Child("nodeAffinity");
            if (nodes.HasMap("requiredDuringSchedulingIgnoredDuringExecution"))
            {
                NodeSelector(nodes.Child("requiredDuringSchedulingIgnoredDuringExecution"));
            }

            foreach (var term in nodes.Items("preferredDuringSchedulingIgnoredDuringExecution"))
            {
                Weight(term);
                NodeTerm(term.Child("preference"));
            }
        }

        foreach (var kind in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            var pods = affinity.Child(kind);
            foreach (var term in pods.Items("requiredDuringSchedulingIgnoredDuringExecution"))
            {
                PodTerm(term);
            }

            foreach (var term in pods.Items("preferredDuringSchedulingIgnoredDuringExecution"))
            {
                Weight(term);
                PodTerm(term.Child("podAffinityTerm"));
            }
        }
    }

    /// <summary>Checks a selector of nodes: its terms, and what is in them.</summary>
    public static void NodeSelector(Check selector)
    {
        if (selector.Count("nodeSelectorTerms") == 0)
        {
            selector.Required("nodeSelectorTerms", "must have at least one node selector term");
        }

        foreach (var term in selector.Items("nodeSelectorTerms"))
        {
            NodeTerm(term);
        }
    }

    private static void NodeTerm(Check term)
    {
        foreach (var expression in term.Items("matchExpressions"))
        {
            NodeExpression(expression);
            if (Names.QualifiedName(expression.Text("key")) is { } problem)
            {
                expression.Invalid("key", problem);
            }
        }

        foreach (var expression in term.Items("matchFields"))
        {
            if (expression.Text("operator") is "In" or "NotIn")
            {
                if (expression.Count("values") != 1)
                {
                    expression.Required("values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
                }
            }
            else
            {
                expression.Invalid("operator", "not a valid selector operator");
            }

            if (expression.Text("key") != "metadata.name")
            {
                expression.Invalid("key", "not a valid field selector key");
            }
        }
    }

    private static void NodeExpression(Check expression)
    {
        var values = expression.Count("values");
        switch (expression.Text("operator"))
        {
            case "In" or "NotIn":
                if (values == 0)
                {
                    expression.Required("values", "must be specified when `operator` is 'In' or 'NotIn'");
                }

                break;
            case "Exists" or "DoesNotExist":
                if (values > 0)
                {
                    expression.Forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }

                break;
            case "Gt" or "Lt":
                if (values != 1)
                {
                    expression.Required("values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                }

                break;
            default:
                expression.Invalid("operator", "not a valid selector operator");
                break;
        }
    }

    private static void PodTerm(Check term)
    {
        term.Selector("labelSelector");
        term.Selector("namespaceSelector");
        foreach (var (name, path) in term.Texts("namespaces"))
        {
            if (Names.DnsLabel(name) is { } problem)
            {
                term.Add(FieldError.Invalid(path, name, problem));
            }
        }

        if (term.Demand("topologyKey", "can not be empty"))
        {
            term.Name("topologyKey", Names.QualifiedName);
        }
    }

    private static void Weight(Check term)
    {
        if (term.Number("weight") is not (>= 1 and <= 100))
        {
            term.Invalid("weight", "must be in the range 1-100");
        }
    }

    public static void Toleration(Check toleration)
    {
        toleration.Name("key", Names.QualifiedName);
        var effect = toleration.Text("effect");
        var comparison = toleration.Text("operator");
        if (toleration.Text("key").Length == 0 && comparison != "Exists")
        {
            toleration.Invalid("operator", "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }

        if (toleration.Has("tolerationSeconds") && effect != "NoExecute")
        {
            toleration.Invalid("effect", "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }

        switch (comparison)
        {
            case "" or "Equal":
                if (Names.LabelValue(toleration.Text("value")) is { } problem)
                {
                    toleration.Invalid("operator", problem);
                }

                break;
            case "Exists":
                if (toleration.Text("value").Length > 0)
                {
                    toleration.Invalid("operator", "value must be empty when `operator` is 'Exists'");
                }

                break;
            default:
                toleration.Add(FieldError.NotSupported(toleration.At("operator"), comparison, ["Equal", "Exists"]));
                break;
        }

        if (effect.Length > 0)
        {
            toleration.OneOf("effect", "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    private static void Spread(Check spec)
    {
        var constraints = spec.Items("topologySpreadConstraints").ToArray();
        for (var i = 0; i < constraints.Length; i++)
        {
            var constraint = constraints[i];
            if (constraint.Number("maxSkew") is not > 0)
            {
                constraint.Invalid("maxSkew", "must be greater than zero");
            }

            constraint.Demand("topologyKey", "can not be empty");
            if (constraint.Text("whenUnsatisfiable") is not ("DoNotSchedule" or "ScheduleAnyway"))
            {
                constraint.Add(FieldError.NotSupported(constraint.At("whenUnsatisfiable"), constraint.Text("whenUnsatisfiable"), ["DoNotSchedule", "ScheduleAnyway"]));
            }

            var pair = (constraint.Text("topologyKey"), constraint.Text("whenUnsatisfiable"));
            if (constraints.Skip(i + 1).Any(c => (c.Text("topologyKey"), c.Text("whenUnsatisfiable")) == pair))
            {
                constraint.Add(FieldError.Duplicate(constraint.At("{topologyKey, whenUnsatisfiable}"), ScalarNode.String($"{{{pair.Item1}, {pair.Item2}}}")));
            }

            if (constraint.Number("minDomains") is { } domains)
            {
                if (domains <= 0)
                {
                    constraint.Invalid("minDomains", "must be greater than 0");
                }

                if (pair.Item2 != "DoNotSchedule")
                {
                    constraint.Invalid("minDomains", "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway");
                }
            }

            constraint.OneOf("nodeAffinityPolicy", "Honor", "Ignore");
            constraint.OneOf("nodeTaintsPolicy", "Honor", "Ignore");
            constraint.Selector("labelSelector");
        }
    }
}
