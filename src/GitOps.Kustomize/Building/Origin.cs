using System.Text;
using GitOps.Kustomize.Loading;
using GitOps.Yaml;

namespace GitOps.Kustomize.Building;

/// <summary>Where a resource comes from, for <c>buildMetadata: [originAnnotations]</c>.</summary>
internal sealed record Origin(string Path = "", string Repository = "", string Reference = "", string ConfiguredIn = "", string ConfiguredByApiVersion = "", string ConfiguredByKind = "", string ConfiguredByName = "", string ConfiguredByNamespace = "")
{
    public Origin Append(string path)
    {
        if (RemoteReference.TryParse(path) is not { } remote)
        {
            return this with { Path = Clean(Path.Length == 0 ? path : $"{Path}/{path}") };
        }

        // The root of a repository has a name of its own in kustomize.
        return this with { Path = remote.Directory.Length == 0 ? "notCloned" : Clean(remote.Directory), Repository = remote.CloneUrl, Reference = remote.Reference };
    }

    public static string Join(string directory, string file) => Clean(directory.Length == 0 ? file : $"{directory}/{file}");

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, "");
        return text.Length == 0 ? "{}\n" : text.ToString();
    }

    /// <summary>A list of origins as YAML.</summary>
    public static string ListText(IEnumerable<Origin> origins)
    {
        var text = new StringBuilder();
        foreach (var origin in origins)
        {
            var item = new StringBuilder();
            origin.Write(item, "  ");
            text.Append("- ").Append(item.ToString().AsSpan(2));
        }

        return text.ToString();
    }

    /// <summary>Reads an annotation back.</summary>
    public static Origin Read(Node? node)
    {
        var map = node as MapNode ?? new MapNode();
        var by = map.GetMap("configuredBy");
        return new Origin(
            map.GetString("path") ?? "",
            map.GetString("repo") ?? "",
            map.GetString("ref") ?? "",
            map.GetString("configuredIn") ?? "",
            by?.GetString("apiVersion") ?? "",
            by?.GetString("kind") ?? "",
            by?.GetString("name") ?? "",
            by?.GetString("namespace") ?? "");
    }

    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return parts.Count == 0 ? "." : string.Join('/', parts);
    }

    private void Write(StringBuilder text, string indent)
    {
        Line(text, indent, "path", Path);
        Line(text, indent, "repo", Repository);
        Line(text, indent, "ref", Reference);
        Line(text, indent, "configuredIn", ConfiguredIn);
        if (ConfiguredByApiVersion.Length + ConfiguredByKind.Length + ConfiguredByName.Length + ConfiguredByNamespace.Length > 0)
        {
            text.Append(indent).Append("configuredBy:\n");
            Line(text, indent + "  ", "apiVersion", ConfiguredByApiVersion);
            Line(text, indent + "  ", "kind", ConfiguredByKind);
            Line(text, indent + "  ", "name", ConfiguredByName);
            Line(text, indent + "  ", "namespace", ConfiguredByNamespace);
        }
    }

    private static void Line(StringBuilder text, string indent, string key, string value)
    {
        if (value.Length > 0)
        {
            text.Append(indent).Append(key).Append(": ").Append(YamlWriter.WriteValue(value, YamlWriterOptions.Pretty));
        }
    }
}
