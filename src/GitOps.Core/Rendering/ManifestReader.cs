namespace GitOps;

/// <summary>Turns the documents of a file into manifests, with diagnostics that name file, line and column.</summary>
public static class ManifestReader
{
    /// <summary>Adds a document's objects to a list: one, the items of a <c>List</c> kind, or none for an empty document.</summary>
    /// <param name="manifests">The list.</param>
    /// <param name="document">The document's tree.</param>
    /// <param name="file">The file, for diagnostics.</param>
    /// <param name="diagnostics">Gets an error for each document that is no Kubernetes object.</param>
    public static void AddTo(ICollection<Manifest> manifests, Node document, string file, ICollection<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(manifests);
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(diagnostics);
        if (document.IsNull)
        {
            return;
        }

        var location = new SourceLocation(file, document.Line, document.Column);
        if (document is not MapNode map)
        {
            diagnostics.Add(Diagnostic.Error(Reasons.BuildFailed, $"This is no Kubernetes object but a {(document is ListNode ? "list" : "scalar")}: it needs apiVersion, kind and metadata.", location));
            return;
        }

        if (IsList(map, out var items))
        {
            foreach (var item in items)
            {
                AddTo(manifests, item, file, diagnostics);
            }

            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (map[field] is not ScalarNode { Kind: ScalarKind.String, Text.Length: > 0 })
            {
                diagnostics.Add(Diagnostic.Error(Reasons.BuildFailed, $"This is no Kubernetes object: {field} is missing or not a string.", location));
                return;
            }
        }

        if (map.GetMap("metadata")?["name"] is not ScalarNode { Kind: ScalarKind.String, Text.Length: > 0 })
        {
            var at = map["metadata"] is { Line: > 0 } metadata ? new SourceLocation(file, metadata.Line, metadata.Column) : location;
            diagnostics.Add(Diagnostic.Error(Reasons.BuildFailed, $"The {map.GetString("kind")} has no metadata.name, or it is not a string: give it one, in quotes if it looks like a number.", at));
            return;
        }

        manifests.Add(new Manifest(map, location));
    }

    private static bool IsList(MapNode map, out ListNode items)
    {
        items = map.GetList("items")!;
        return items is not null && map.GetString("kind") is { } kind && kind.EndsWith("List", StringComparison.Ordinal) && map.GetMap("metadata")?.ContainsKey("name") != true;
    }
}
