using System.Text;
using GitOps.Kustomize.Resources;
using GitOps.Yaml;

namespace GitOps.Kustomize;

/// <summary>One object as <c>kustomize build -o FOLDER</c> writes it: a file of its own.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="Content">The object as YAML.</param>
internal sealed record OutputFile(string Name, byte[] Content)
{
    /// <summary>Makes the files of a build; a later object takes the place of an earlier one with the same name of file.</summary>
    /// <param name="resources">The built objects.</param>
    public static IEnumerable<OutputFile> Of(ResourceSet resources)
    {
        // Only where names could meet is the namespace part of them.
        var namespaces = resources.Items.Select(r => r.CurrentId).Where(id => !id.IsClusterScoped).Select(id => id.EffectiveNamespace).Distinct(StringComparer.Ordinal).Count();
        foreach (var resource in resources.Items)
        {
            using var writer = new YamlTextWriter(YamlWriterOptions.Kubernetes);
            writer.WriteDocument(resource.Root);
            var name = NameOf(resource.CurrentId, withNamespace: namespaces > 1);

            // A name of an object may not lead out of the folder.
            yield return name.AsSpan().ContainsAny('/', '\\', '\0')
                ? throw new KustomizeException($"{resource}: no file can be named '{name}'", resource.Source)
                : new OutputFile(name, writer.ToUtf8());
        }
    }

    private static string NameOf(in ResId id, bool withNamespace)
    {
        var name = new StringBuilder();
        if (withNamespace && !id.IsClusterScoped)
        {
            name.Append(id.EffectiveNamespace).Append('_');
        }

        foreach (var part in (ReadOnlySpan<string>)[id.Gvk.Group, id.Gvk.Version, id.Gvk.Kind])
        {
            if (part.Length > 0)
            {
                name.Append(part).Append('_');
            }
        }

        return name.Append(id.Name).ToString().ToLowerInvariant() + ".yaml";
    }
}
