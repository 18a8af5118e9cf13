using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Yaml;

namespace GitOps.Kustomize.Building;

/// <content>The notes that say where resources come from and what changed them.</content>
internal sealed partial class KustomizationTarget
{
    private Origin? OfBuiltIn(string kind) =>
        _origin is null ? null : new Origin(Repository: _origin.Repository, Reference: _origin.Reference, ConfiguredIn: Origin.Join(_origin.Path, Kustomization.FileName), ConfiguredByApiVersion: "builtin", ConfiguredByKind: kind);

    private static Origin? OfPlugin(Resource config)
    {
        if (!config.Annotations().TryGetValue(BuildAnnotations.Origin, out var text))
        {
            return null;
        }

        var origin = Origin.Read(YamlReader.ReadFirst(text, "", YamlReaderOptions.Default));
        return new Origin(
            Repository: origin.Repository,
            Reference: origin.Reference,
            ConfiguredIn: origin.Path,
            ConfiguredByApiVersion: config.ApiVersion,
            ConfiguredByKind: config.Kind,
            ConfiguredByName: config.Name,
            ConfiguredByNamespace: config.Namespace);
    }

    private static void AddOrigin(Resource resource, Origin? origin)
    {
        if (origin is null)
        {
            return;
        }

        var annotations = resource.Annotations();
        if (annotations.TryAdd(BuildAnnotations.Origin, origin.ToString()))
        {
            resource.SetAnnotations(annotations);
        }
    }

    private static void AddTransformation(ResourceSet resources, Origin origin)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.Root is null)
            {
                continue;
            }

            var annotations = resource.Annotations();
            if (annotations.TryAdd(BuildAnnotations.Origin, origin.ToString()))
            {
                resource.SetAnnotations(annotations);
                continue;
            }

            var list = annotations.TryGetValue(BuildAnnotations.Transformations, out var text) && YamlReader.ReadFirst(text, "", YamlReaderOptions.Default) is ListNode known
                ? known.Select(Origin.Read).ToList()
                : [];
            list.Add(origin);
            annotations[BuildAnnotations.Transformations] = Origin.ListText(list);
            resource.SetAnnotations(annotations);
        }
    }
}
