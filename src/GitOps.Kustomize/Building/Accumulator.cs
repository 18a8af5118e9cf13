using System.Globalization;
using GitOps.Kustomize.Configuration;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;

namespace GitOps.Kustomize.Building;

/// <summary>What has been gathered so far: resources, field specs and variables.</summary>
internal sealed class Accumulator
{
    private readonly SortedDictionary<string, Var> _vars = new(StringComparer.Ordinal);

    public ResourceSet Resources { get; } = new();

    public TransformerConfig Config { get; private set; } = TransformerConfig.Empty;

    public IReadOnlyCollection<Var> Vars => _vars.Values;

    public void MergeConfig(TransformerConfig config) => Config = Config.Merge(config);

    public void MergeVars(IEnumerable<Var> vars)
    {
        var incoming = vars.ToList();
        foreach (var variable in incoming)
        {
            var target = new ResId(variable.Gvk, variable.ObjectName, variable.ObjectNamespace, false);
            var matches = target.Namespace.Length > 0
                ? Resources.WithAnyId(id => target.IsSameAs(id)).ToList()
                : Resources.WithAnyId(id => id.Gvk == target.Gvk && string.Equals(id.Name, target.Name, StringComparison.Ordinal)).ToList();
            if (matches.Count > 1)
            {
                throw new KustomizeException($"found {matches.Count} resId matches for var {variable.Name} (unable to disambiguate)");
            }

            if (matches.Count == 1)
            {
                matches[0].VarNames.Add(variable.Name);
            }
        }

        foreach (var variable in incoming)
        {
            AddVar(variable);
        }
    }

    public void Merge(Accumulator other)
    {
        Resources.AppendAll(other.Resources);
        MergeConfig(other.Config);
        foreach (var variable in other.Vars)
        {
            AddVar(variable);
        }
    }

    /// <summary>Adds generated resources: new ones, or such that replace or merge with what is there.</summary>
    public void Absorb(Resource resource)
    {
        var id = resource.CurrentId;
        var matches = Resources.WithAnyId(id);
        switch (matches.Count)
        {
            case 0 when resource.Behavior is GenerationBehavior.Merge or GenerationBehavior.Replace:
                throw new KustomizeException($"id {id} does not exist; cannot merge or replace{ResourceSet.At(resource)}", resource.Source);
            case 0:
                Resources.Append(resource);
                break;
            case 1:
                Combine(matches[0], resource);
                break;
            default:
                throw new KustomizeException($"found multiple objects {string.Join(", ", matches)} that could accept merge of {id}", resource.Source);
        }
    }

    private void Combine(Resource old, Resource resource)
    {
        if (resource.Behavior is not (GenerationBehavior.Replace or GenerationBehavior.Merge))
        {
            throw new KustomizeException(
                $"id {resource.CurrentId} exists; can not use behavior: '{resource.Behavior.ToString().ToLowerInvariant()}', behavior must be merge or replace{ResourceSet.At(resource)}", resource.Source);
        }

        var index = Resources.IndexOf(old);
        var origin = old.Annotations().GetValueOrDefault(BuildAnnotations.Origin);
        var merge = resource.Behavior == GenerationBehavior.Merge;
        TakeMetadata(resource, old);
        if (merge)
        {
            MergeMap(resource, old, "data");
            MergeMap(resource, old, "binaryData");
            if (origin is not null)
            {
                var annotations = resource.Annotations();
                annotations[BuildAnnotations.Origin] = origin;
                resource.SetAnnotations(annotations);
            }
        }

        Resources.Replace(index, resource);
    }

    private static void TakeMetadata(Resource resource, Resource old)
    {
        var labels = old.Labels();
        foreach (var (key, value) in resource.Labels())
        {
            labels[key] = value;
        }

        resource.SetLabels(labels);
        var annotations = old.Annotations();
        foreach (var (key, value) in resource.Annotations())
        {
            annotations[key] = value;
        }

        var needsHash = resource.NeedsHash && old.NeedsHash;
        resource.SetAnnotations(annotations);
        resource.SetName(old.Name);
        resource.SetNamespace(old.Namespace);
        resource.TakeBuildFrom(old);
        resource.NeedsHash = needsHash;
    }

    private static void MergeMap(Resource resource, Resource old, string field)
    {
        var merged = Texts(old.Root![field]);
        foreach (var (key, value) in Texts(resource.Root![field]))
        {
            merged[key] = value;
        }

        resource.Root.Remove(field);
        foreach (var (key, value) in merged)
        {
            Tree.Append(
                Tree.MapAt(resource.Root, field),
                key,
                new ScalarNode(ScalarKind.String, value, value.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.Plain));
        }
    }

    private static SortedDictionary<string, string> Texts(Node? node)
    {
        var result = new SortedDictionary<string, string>(Utf8KeyComparer.Instance);
        if (node is MapNode map)
        {
            for (var i = 0; i < map.Count; i++)
            {
                ref readonly var entry = ref map.EntryAt(i);
                result[entry.Key] = Tree.Value(entry.Value);
            }
        }

        return result;
    }

    private void AddVar(Var variable)
    {
        if (!_vars.TryAdd(variable.Name, variable))
        {
            throw new KustomizeException(string.Create(CultureInfo.InvariantCulture, $"var '{variable.Name}' already encountered"));
        }
    }
}
