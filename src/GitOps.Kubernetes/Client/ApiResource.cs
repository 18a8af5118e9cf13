using System.Text;

namespace GitOps.Kubernetes.Client;

/// <summary>Where objects of a kind are found in the API: the REST mapping.</summary>
internal sealed record ApiResource(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public GroupKind GroupKind => new(Group, Kind);

    public string Path(string @namespace, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(96);
        path.Append(Group.Length == 0 ? "api/" : "apis/");
        if (Group.Length != 0)
        {
            path.Append(Group).Append('/');
        }

        path.Append(Version);
        if (Namespaced && @namespace.Length != 0)
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        }

        path.Append('/').Append(Plural);
        if (name is not null)
        {
            path.Append('/').Append(Uri.EscapeDataString(name));
        }

        if (subresource is not null)
        {
            path.Append('/').Append(subresource);
        }

        return path.ToString();
    }

    public override string ToString() => $"{Plural}.{ApiVersion}";
}
