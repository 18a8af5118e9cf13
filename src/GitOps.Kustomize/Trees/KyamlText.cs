using GitOps.Yaml;

namespace GitOps.Kustomize.Trees;

/// <summary>Writes a node as kustomize's tree library does: fields in their order, scalars in their style.</summary>
internal static class KyamlText
{
    public static string Of(Node node, HashSet<Node>? flowNodes = null)
    {
        // What was read without quotes is written without quotes.
        if (node is ScalarNode { Style: ScalarStyle.Plain, Line: > 0 } plain && !plain.Text.Contains('\n', StringComparison.Ordinal))
        {
            return plain.Text;
        }

        using var writer = new YamlTextWriter(flowNodes is null ? YamlWriterOptions.Kyaml : YamlWriterOptions.Kyaml with { FlowNodes = flowNodes });
        writer.WriteDocument(node);
        return writer.ToString();
    }
}
