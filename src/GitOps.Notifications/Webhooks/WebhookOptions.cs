namespace GitOps.Notifications;

/// <summary>Options of a webhook that is told of transitions.</summary>
public sealed class WebhookOptions
{
    /// <summary>Where to post; http or https. Required.</summary>
    public Uri? Url { get; set; }

    /// <summary>
    /// The key of the signature. When it is set, each request has the header <c>X-Signature: sha256=HEX</c>: the HMAC-SHA256 of the body, as Flux' generic-hmac provider signs.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>A file that holds the key, read for each request so that it can be rotated; a trailing line break does not count. Used when <see cref="Secret"/> is empty.</summary>
    public string? SecretFile { get; set; }

    /// <summary>Further headers of each request.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The least severity that is sent.</summary>
    /// <value>The default value is <see cref="EventSeverity.Info"/>: everything.</value>
    public EventSeverity Severity { get; set; } = EventSeverity.Info;

    /// <summary>The units whose events are sent.</summary>
    /// <value>Empty by default: all units and sources.</value>
    public IList<string> Units { get; } = [];

    internal IEnumerable<string> Validate()
    {
        if (Url is null)
        {
            yield return "Url is missing: say where to post.";
        }
        else if (!Url.IsAbsoluteUri || (Url.Scheme != Uri.UriSchemeHttp && Url.Scheme != Uri.UriSchemeHttps))
        {
            yield return "Url is not an absolute http or https address.";
        }
        else if (Url.UserInfo.Length > 0)
        {
            yield return "Url holds a user name or password: put credentials into Headers.";
        }
    }
}
