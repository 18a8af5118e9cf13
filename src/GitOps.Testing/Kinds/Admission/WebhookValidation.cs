namespace GitOps.Testing;

/// <summary>Checks of webhook configurations.</summary>
internal static class WebhookValidation
{
    private static readonly string[] Operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

    public static void Configuration(MapNode root, List<FieldError> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var hook in Check.Of(root, errors).Items("webhooks"))
        {
            Name(hook);
            if (!names.Add(hook.Text("name")))
            {
                hook.Add(FieldError.Duplicate(hook.At("name"), ScalarNode.String(hook.Text("name"))));
            }

            foreach (var rule in hook.Items("rules"))
            {
                Rule(rule);
            }

            var conditions = new HashSet<string>(StringComparer.Ordinal);
            foreach (var condition in hook.Items("matchConditions"))
            {
                condition.Demand("expression");
                condition.DemandName("name", Names.QualifiedName);
                if (condition.Text("name").Length > 0 && !conditions.Add(condition.Text("name")))
                {
                    condition.Add(FieldError.Duplicate(condition.At("name"), ScalarNode.String(condition.Text("name"))));
                }
            }

            hook.OneOf("failurePolicy", "Fail", "Ignore");
            hook.OneOf("matchPolicy", "Equivalent", "Exact");
            hook.OneOf("reinvocationPolicy", "Never", "IfNeeded");
            if (hook.Text("sideEffects").Length == 0)
            {
                hook.Required("sideEffects", "must specify one of None, NoneOnDryRun");
            }

            if (hook.Has("sideEffects"))
            {
                hook.OneOf("sideEffects", "None", "NoneOnDryRun");
            }

            if (hook.Number("timeoutSeconds") is { } seconds and (< 1 or > 30))
            {
                hook.Invalid("timeoutSeconds", "the timeout value must be between 1 and 30 seconds");
            }

            hook.Selector("namespaceSelector");
            hook.Selector("objectSelector");
            Client(hook);
            Versions(hook);
        }
    }

    public static void Rule(Check rule)
    {
        All(rule, "operations", "*");
        foreach (var (operation, path) in rule.Texts("operations"))
        {
            if (!Operations.Contains(operation))
            {
                rule.Add(FieldError.NotSupported(path, operation, Operations));
            }
        }

        All(rule, "apiGroups", "*");
        All(rule, "apiVersions", "*");
        if (rule.Demand("resources") && rule.Count("resources") > 1 && rule.Texts("resources").Any(static r => r.Text == "*/*"))
        {
            rule.Invalid("resources", "if '*/*' is present, must not specify other resources");
        }

        rule.OneOf("scope", "*", "Cluster", "Namespaced");
    }

    private static void All(Check rule, string field, string star)
    {
        if (rule.Demand(field) && rule.Count(field) > 1 && rule.Texts(field).Any(t => t.Text == star))
        {
            rule.Invalid(field, $"if '{star}' is present, must not specify other values");
        }

        foreach (var (text, path) in rule.Texts(field))
        {
            if (text.Length == 0 && field != "apiGroups")
            {
                rule.Add(FieldError.Required(path));
            }
        }
    }

    private static void Name(Check hook)
    {
        if (!hook.Demand("name"))
        {
            return;
        }

        if (Names.DnsSubdomain(hook.Text("name")) is { } problem)
        {
            hook.Invalid("name", problem);
        }
        else if (hook.Text("name").Split('.').Length < 3)
        {
            hook.Invalid("name", "should be a domain with at least three segments separated by dots");
        }
    }

    private static void Client(Check hook)
    {
        var client = hook.Child("clientConfig");
        if (client.Has("url") == client.HasMap("service"))
        {
            hook.Required("clientConfig", "exactly one of url or service is required");
        }
        else if (client.HasMap("service"))
        {
            Service(client.Child("service"));
        }
        else
        {
            Url(client);
        }
    }

    private static void Url(Check client)
    {
        if (!Uri.TryCreate(client.Text("url"), UriKind.Absolute, out var url))
        {
            client.Required("url", "url must be a valid URL; desired format: https://host[/path]");
            return;
        }

        if (url.Scheme != "https")
        {
            client.Invalid("url", "'https' is the only allowed URL scheme; desired format: https://host[/path]");
        }

        if (url.Host.Length == 0)
        {
            client.Invalid("url", "host must be specified; desired format: https://host[/path]");
        }

        if (url.UserInfo.Length > 0)
        {
            client.Invalid("url", "user information is not permitted in the URL");
        }

        if (url.Fragment.Length > 0)
        {
            client.Invalid("url", "fragments are not permitted in the URL");
        }

        if (url.Query.Length > 0)
        {
            client.Invalid("url", "query parameters are not permitted in the URL");
        }
    }

    private static void Service(Check service)
    {
        // A real server mixes the two up, so clients see it so.
        if (service.Text("namespace").Length == 0)
        {
            service.Required("name", "service name is required");
        }

        if (service.Text("name").Length == 0)
        {
            service.Required("namespace", "service namespace is required");
        }

        service.Port("port");
        if (service.Text("path") is not { Length: > 0 } path)
        {
            return;
        }

        if (!path.StartsWith('/'))
        {
            service.Invalid("path", "must start with a '/'");
        }
        else if (path != "/" && path[1..].TrimEnd('/').Split('/').Any(static s => s.Length == 0 || Names.DnsSubdomain(s) is not null))
        {
            service.Invalid("path", "each segment must be a valid DNS subdomain");
        }
    }

    private static void Versions(Check hook)
    {
        if (hook.Count("admissionReviewVersions") == 0)
        {
            hook.Required("admissionReviewVersions", "must specify one of v1, v1beta1");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var known = false;
        foreach (var (version, path) in hook.Texts("admissionReviewVersions"))
        {
            if (!seen.Add(version))
            {
                hook.Add(FieldError.Invalid(path, version, "duplicate version"));
            }
            else if (Names.Dns1035Label(version) is { } problem)
            {
                hook.Add(FieldError.Invalid(path, version, problem));
            }

            known |= version is "v1" or "v1beta1";
        }

        if (!known)
        {
            hook.Invalid("admissionReviewVersions", "must include at least one of v1, v1beta1");
        }
    }
}
