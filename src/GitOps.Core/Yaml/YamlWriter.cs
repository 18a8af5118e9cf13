namespace GitOps.Yaml;

/// <summary>Writes object trees as YAML, byte for byte as kubectl, kustomize and Helm's toYaml do.</summary>
/// <remarks>Thread-safe. Keys are sorted in go-yaml's natural order.</remarks>
public static class YamlWriter
{
    /// <summary>Writes one document.</summary>
    /// <param name="document">The tree.</param>
    /// <returns>The text; it ends with a line break.</returns>
    /// <exception cref="YamlException">The tree nests too deep or holds a number that JSON does not have.</exception>
    public static string Write(Node document)
    {
        ArgumentNullException.ThrowIfNull(document);
        using var writer = new YamlTextWriter();
        writer.WriteDocument(document);
        return writer.ToString();
    }

    /// <summary>Writes several documents with <c>---</c> between them.</summary>
    /// <param name="documents">The trees.</param>
    /// <returns>The text; empty when there is no document.</returns>
    /// <exception cref="YamlException">A tree nests too deep or holds a number that JSON does not have.</exception>
    public static string Write(IEnumerable<Node> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        using var writer = new YamlTextWriter();
        foreach (var document in documents)
        {
            if (writer.Written.Length > 0)
            {
                writer.WriteRaw("---\n");
            }

            writer.WriteDocument(document);
        }

        return writer.ToString();
    }

    /// <summary>Writes a tree or a plain value (null, bool, number, string, dictionary, list).</summary>
    internal static string WriteValue(object? value, YamlWriterOptions? options = null)
    {
        using var writer = new YamlTextWriter(options);
        writer.WriteDocument(value);
        return writer.ToString();
    }
}
