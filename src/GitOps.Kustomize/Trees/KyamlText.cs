using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>Writes a node as kustomize's tree library does: fields in their order, scalars in their style.</summary>
internal static class KyamlText
{
    public static string Of(Node node)
    {
        // What was read without quotes is written without quotes.
        if (node is ScalarNode { Style: ScalarStyle.Plain, Line: > 0 } plain && !plain.Text.Contains('\n', StringComparison.Ordinal))
        {
            return plain.Text;
        }

        using var writer = new YamlTextWriter(YamlWriterOptions.Kyaml);
        writer.WriteDocument(node);
        return writer.ToString();
    }

    /// <summary>Writes a document again that was read from a text.</summary>
    public static string Again(Node document, YamlForm form)
    {
        using var writer = new YamlTextWriter(YamlWriterOptions.Kyaml with { KeepsBraces = true, Form = form });
        writer.WriteDocument(document);
        return writer.ToString();
    }
}
