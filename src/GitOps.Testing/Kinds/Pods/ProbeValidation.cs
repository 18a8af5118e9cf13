namespace GitOps.Testing;

/// <summary>Checks of probes and lifecycle hooks.</summary>
internal static class ProbeValidation
{
    public static void All(Check container)
    {
        foreach (var field in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (!container.HasMap(field))
            {
                continue;
            }

            var probe = container.Child(field);
            Handler(probe);
            probe.NonNegative("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold");
            if (probe.Number("terminationGracePeriodSeconds") <= 0)
            {
                probe.Invalid("terminationGracePeriodSeconds", "must be greater than 0");
            }

            if (field == "readinessProbe")
            {
                if (probe.Has("terminationGracePeriodSeconds"))
                {
                    probe.Invalid("terminationGracePeriodSeconds", "must not be set for readinessProbes");
                }
            }
            else if (probe.Number("successThreshold") is not (null or 1))
            {
                probe.Invalid("successThreshold", "must be 1");
            }
        }

        var lifecycle = container.Child("lifecycle");
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (lifecycle.HasMap(hook))
            {
                Handler(lifecycle.Child(hook));
            }
        }
    }

    /// <summary>A container cannot sleep longer than it is given to stop.</summary>
    public static void Sleep(Check container, long grace)
    {
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            var owner = container.Child("lifecycle").Child(hook);
            if (owner.HasMap("sleep") && owner.Child("sleep").Number("seconds") is { } seconds && (seconds < 0 || seconds > grace))
            {
                owner.Add(FieldError.Invalid(owner.At("sleep"), ScalarNode.Integer(seconds), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})")));
            }
        }
    }

    private static void Handler(Check owner)
    {
        var handlers = 0;
        foreach (var kind in (ReadOnlySpan<string>)["exec", "httpGet", "tcpSocket", "grpc", "sleep"])
        {
            if (!owner.HasMap(kind))
            {
                continue;
            }

            if (++handlers > 1)
            {
                owner.Forbidden(kind, "may not specify more than 1 handler type");
                continue;
            }

            var handler = owner.Child(kind);
            switch (kind)
            {
                case "exec":
                    handler.Demand("command");
                    break;
                case "httpGet":
                    handler.Demand("path");
                    handler.Port("port", named: true);
                    handler.OneOf("scheme", "HTTP", "HTTPS");
                    foreach (var header in handler.Items("httpHeaders"))
                    {
                        if (Names.HttpHeader(header.Text("name")) is { } problem)
                        {
                            handler.Add(FieldError.Invalid(handler.At("httpHeaders"), header.Text("name"), problem));
                        }
                    }

                    break;
                case "tcpSocket":
                    handler.Port("port", named: true);
                    break;
                case "grpc":
                    handler.Port("port");
                    break;
            }
        }

        if (handlers == 0)
        {
            owner.Add(FieldError.Required(owner.Path, "must specify a handler type"));
        }
    }
}
