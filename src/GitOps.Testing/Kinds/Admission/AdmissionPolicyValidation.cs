namespace GitOps.Testing;

/// <summary>Checks of admission policies and of their bindings. Expressions are not compiled.</summary>
internal static class AdmissionPolicyValidation
{
    private const int MaxConditions = 64;
    private const int MaxAnnotations = 20;
    private const int MaxAnnotationExpression = 5 * 1024;

    private static readonly string[] Reserved =
        ["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"];

    public static void Validating(MapNode root, List<FieldError> errors)
    {
        var spec = Policy(root, errors);
        if (spec.Count("validations") + spec.Count("auditAnnotations") == 0)
        {
            spec.Required("validations", "validations or auditAnnotations must contain at least one item");
            spec.Required("auditAnnotations", "validations or auditAnnotations must contain at least one item");
            return;
        }

        foreach (var validation in spec.Items("validations"))
        {
            Validation(validation);
        }

        if (spec.Count("auditAnnotations") > MaxAnnotations)
        {
            spec.Invalid("auditAnnotations", "must not have more than 20 auditAnnotations");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var annotation in spec.Items("auditAnnotations"))
        {
            Annotation(annotation, ObjectMeta.Name(root));
            if (!keys.Add(annotation.Text("key")))
            {
                annotation.Add(FieldError.Duplicate(annotation.At("key"), annotation.Map["key"]));
            }
        }
    }

    public static void Mutating(MapNode root, List<FieldError> errors)
    {
        var spec = Policy(root, errors);
        foreach (var rule in spec.Child("matchConstraints").Items("resourceRules"))
        {
            foreach (var (operation, path) in rule.Texts("operations"))
            {
                if (operation is "*" or "DELETE" or "CONNECT")
                {
                    errors.Add(FieldError.NotSupported(path, operation, ["CREATE", "UPDATE"]));
                }
            }
        }

        spec.Demand("mutations", "mutations must contain at least one item");
        foreach (var mutation in spec.Items("mutations"))
        {
            Mutation(mutation);
        }

        if (spec.Demand("reinvocationPolicy"))
        {
            spec.OneOf("reinvocationPolicy", "IfNeeded", "Never");
        }
    }

    public static void ValidatingBinding(MapNode root, List<FieldError> errors)
    {
        var spec = Binding(root, errors);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (action, path) in spec.Texts("validationActions"))
        {
            if (action is not ("Deny" or "Warn" or "Audit"))
            {
                errors.Add(FieldError.NotSupported(path, action, ["Audit", "Deny", "Warn"]));
            }

            if (!seen.Add(action))
            {
                errors.Add(FieldError.Duplicate(path, ScalarNode.String(action)));
            }
        }

        if (seen.Contains("Deny") && seen.Contains("Warn"))
        {
            spec.Invalid("validationActions", "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
        }

        if (seen.Count == 0)
        {
            spec.Required("validationActions", "at least one validation action is required");
        }
    }

    public static void MutatingBinding(MapNode root, List<FieldError> errors) => Binding(root, errors);

    private static Check Policy(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.OneOf("failurePolicy", "Fail", "Ignore");
        if (spec.HasMap("paramKind"))
        {
            ParameterKind(spec.Child("paramKind"));
        }

        if (spec.HasMap("matchConstraints"))
        {
            Match(spec.Child("matchConstraints"));
            spec.Child("matchConstraints").Demand("resourceRules");
        }
        else
        {
            spec.Required("matchConstraints");
        }

        Conditions(spec);
        foreach (var variable in spec.Items("variables"))
        {
            Variable(variable);
        }

        return spec;
    }

    private static Check Binding(MapNode root, List<FieldError> errors)
    {
        var spec = Check.Of(root, errors).Child("spec");
        spec.DemandName("policyName", Names.DnsSubdomain);
        if (spec.HasMap("paramRef"))
        {
            Parameter(spec.Child("paramRef"));
        }

        if (spec.HasMap("matchResources"))
        {
            Match(spec.Child("matchResources"));
        }

        return spec;
    }

    private static void ParameterKind(Check kind)
    {
        var version = kind.Text("apiVersion");
        if (kind.Demand("apiVersion"))
        {
            switch (version.Split('/'))
            {
                case { Length: > 2 }:
                    kind.Invalid("apiVersion", $"unexpected GroupVersion string: {version}");
                    break;
                case [var group, var name]:
                    GroupVersion(kind, group, name);
                    break;
                default:
                    GroupVersion(kind, "", version);
                    break;
            }
        }

        if (kind.Demand("kind") && Names.Dns1035Label(kind.Text("kind").ToLowerInvariant()) is { } problem)
        {
            kind.Invalid("kind", "may have mixed case, but should otherwise match: " + problem);
        }
    }

    private static void GroupVersion(Check kind, string group, string version)
    {
        if (group.Length > 0 && Names.DnsSubdomain(group) is { } wrongGroup)
        {
            kind.Add(FieldError.Invalid(kind.At("apiVersion"), group, wrongGroup));
        }

        if (version.Length == 0)
        {
            kind.Invalid("apiVersion", "version must be specified");
        }
        else if (Names.Dns1035Label(version) is { } wrongVersion)
        {
            kind.Add(FieldError.Invalid(kind.At("apiVersion"), version, wrongVersion));
        }
    }

    private static void Match(Check match)
    {
        match.OneOf("matchPolicy", "Equivalent", "Exact");
        match.Selector("namespaceSelector");
        match.Selector("objectSelector");
        foreach (var rule in match.Items("resourceRules").Concat(match.Items("excludeResourceRules")))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, path) in rule.Texts("resourceNames"))
            {
                if (Names.PathSegment(name) is { } problem)
                {
                    rule.Add(FieldError.Invalid(path, name, problem));
                }

                if (!seen.Add(name))
                {
                    rule.Add(FieldError.Duplicate(path, ScalarNode.String(name)));
                }
            }

            WebhookValidation.Rule(rule);
        }
    }

    private static void Conditions(Check spec)
    {
        if (spec.Count("matchConditions") > MaxConditions)
        {
            spec.Add(FieldError.TooMany(spec.At("matchConditions"), spec.Count("matchConditions"), MaxConditions));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in spec.Items("matchConditions"))
        {
            Expression(condition, "expression", "");
            condition.DemandName("name", Names.QualifiedName);
            if (condition.Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                condition.Add(FieldError.Duplicate(condition.At("name"), condition.Map["name"]));
            }
        }
    }

    private static void Variable(Check variable)
    {
        var name = variable.Text("name");
        if (string.IsNullOrWhiteSpace(name))
        {
            variable.Required("name", "name is not specified");
        }
        else if (Reserved.Contains(name) || char.IsAsciiDigit(name[0]) || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
        {
            variable.Invalid("name", "name is not a valid CEL identifier");
        }

        Expression(variable, "expression", "expression is not specified");
    }

    private static void Validation(Check validation)
    {
        Expression(validation, "expression", "expression is not specified");
        foreach (var (field, detail) in (ReadOnlySpan<(string, string)>)[("messageExpression", "must be non-empty if specified"), ("message", "message must be non-empty if specified")])
        {
            if (validation.Text(field) is { Length: > 0 } text && string.IsNullOrWhiteSpace(text))
            {
                validation.Invalid(field, detail);
            }
        }

        if (validation.Text("message").Trim().AsSpan().ContainsAny('\n', '\r'))
        {
            validation.Invalid("message", "message must not contain line breaks");
        }

        validation.OneOf("reason", "Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    private static void Annotation(Check annotation, string policy)
    {
        if (Names.QualifiedName($"{policy}/{annotation.Text("key")}") is { } problem)
        {
            annotation.Add(FieldError.Invalid(annotation.At("key"), $"{policy}/{annotation.Text("key")}", problem));
        }

        Expression(annotation, "valueExpression", "valueExpression is not specified");
        if (annotation.Text("valueExpression").Trim().Length > MaxAnnotationExpression)
        {
            annotation.Required("valueExpression", "must not exceed 5120 bytes in length");
        }
    }

    private static void Mutation(Check mutation)
    {
        var type = mutation.Text("patchType");
        var field = type switch { "ApplyConfiguration" => "applyConfiguration", "JSONPatch" => "jsonPatch", _ => null };
        if (field is null)
        {
            mutation.Add(FieldError.NotSupported(mutation.At("patchType"), type, ["ApplyConfiguration", "JSONPatch"]));
            return;
        }

        var other = field == "jsonPatch" ? "applyConfiguration" : "jsonPatch";
        if (mutation.HasMap(other))
        {
            mutation.Invalid(other, $"must be unset when patchType is '{type}'");
        }

        if (mutation.HasMap(field))
        {
            Expression(mutation.Child(field), "expression", "expression is not specified");
        }
        else
        {
            mutation.Required(field, $"must be set when patchType is '{type}'");
        }
    }

    private static void Parameter(Check reference)
    {
        var named = reference.Text("name").Length > 0;
        var selected = reference.HasMap("selector");
        reference.Name("name", Names.PathSegment);
        reference.Selector("selector");
        if (named && selected)
        {
            reference.Forbidden("name", "name and selector are mutually exclusive");
            reference.Forbidden("selector", "name and selector are mutually exclusive");
        }
        else if (!named && !selected)
        {
            reference.Add(FieldError.Required(reference.Path, "one of name or selector must be specified"));
        }

        if (reference.Demand("parameterNotFoundAction"))
        {
            reference.OneOf("parameterNotFoundAction", "Deny", "Allow");
        }
    }

    private static void Expression(Check holder, string field, string detail)
    {
        if (string.IsNullOrWhiteSpace(holder.Text(field)))
        {
            holder.Required(field, detail);
        }
    }
}
