using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Resources;
using GitOps.Yaml;

namespace GitOps.Kustomize.Configuration;

/// <summary>Which fields the transformers change: kustomize's own table, and what <c>configurations</c> and <c>crds</c> add to it. Immutable.</summary>
internal sealed class TransformerConfig
{
    private static readonly YamlReaderOptions s_yaml = new() { Schema = YamlSchema.Kubernetes };
    private static readonly Lazy<TransformerConfig> s_default = new(LoadDefault);

    public static TransformerConfig Empty { get; } = new();

    public static TransformerConfig Default => s_default.Value;

    public List<FieldSpec> NamePrefix { get; private init; } = [];

    public List<FieldSpec> NameSuffix { get; private init; } = [];

    public List<FieldSpec> Namespace { get; private init; } = [];

    public List<FieldSpec> CommonLabels { get; private init; } = [];

    public List<FieldSpec> Labels { get; private init; } = [];

    public List<FieldSpec> TemplateLabels { get; private init; } = [];

    public List<FieldSpec> CommonAnnotations { get; private init; } = [];

    public List<NameReference> NameReferences { get; private init; } = [];

    public List<FieldSpec> VarReferences { get; private init; } = [];

    public List<FieldSpec> Images { get; private init; } = [];

    public List<FieldSpec> Replicas { get; private init; } = [];

    public static TransformerConfig Read(ReadOnlyMemory<byte> bytes, string file)
    {
        var document = YamlReader.ReadFirst(YamlReader.Decode(bytes.Span, file), file, s_yaml);
        if (document is null or ScalarNode { Kind: ScalarKind.Null })
        {
            return Empty;
        }

        return document is MapNode map ? Read(map, file) : throw new KustomizeException($"{file}: a transformer configuration is a map", new SourceLocation(file));
    }

    private static TransformerConfig Read(MapNode map, string file)
    {
        var reader = new ConfigReader(map, file, strict: true, converts: true);
        var config = new TransformerConfig
        {
            NamePrefix = Specs(reader, "namePrefix"),
            NameSuffix = Specs(reader, "nameSuffix"),
            Namespace = Specs(reader, "namespace"),
            CommonLabels = Specs(reader, "commonLabels"),
            Labels = Specs(reader, "labels"),
            TemplateLabels = Specs(reader, "templateLabels"),
            CommonAnnotations = Specs(reader, "commonAnnotations"),
            NameReferences = Sorted(reader.Objects("nameReference", NameReference.Read)),
            VarReferences = Specs(reader, "varReference"),
            Images = Specs(reader, "images"),
            Replicas = Specs(reader, "replicas"),
        };
        reader.Finish();
        return config;
    }

    public static TransformerConfig Of(List<FieldSpec> annotations, List<FieldSpec> labels, List<FieldSpec> prefixes, List<NameReference> references) =>
        new() { CommonAnnotations = annotations, CommonLabels = labels, NamePrefix = prefixes, NameReferences = references };

    public TransformerConfig Merge(TransformerConfig other)
    {
        if (ReferenceEquals(this, other) || ReferenceEquals(other, Empty))
        {
            return this;
        }

        // Merging is not symmetric: a spec for one kind swallows a later one for all kinds, even on the way into an empty
        // configuration. Only the default is known to come out of that as it is.
        if (ReferenceEquals(this, Empty) && ReferenceEquals(other, Default))
        {
            return other;
        }

        return new TransformerConfig
        {
            NamePrefix = MergeAll(NamePrefix, other.NamePrefix, "NamePrefix"),
            NameSuffix = MergeAll(NameSuffix, other.NameSuffix, "NameSuffix"),
            Namespace = MergeAll(Namespace, other.Namespace, "NameSpace"),
            CommonLabels = MergeAll(CommonLabels, other.CommonLabels, "CommonLabels"),
            Labels = MergeAll(Labels, other.Labels, "Labels"),
            TemplateLabels = MergeAll(TemplateLabels, other.TemplateLabels, "TemplateLabels"),
            CommonAnnotations = MergeAll(CommonAnnotations, other.CommonAnnotations, "CommonAnnotations"),
            NameReferences = MergeReferences(NameReferences, other.NameReferences),
            VarReferences = MergeAll(VarReferences, other.VarReferences, "VarReference"),
            Images = MergeAll(Images, other.Images, "Images"),
            Replicas = MergeAll(Replicas, other.Replicas, "Replicas"),
        };
    }

    /// <summary>Joins field specs; one that is there already with another <c>create</c> is a conflict.</summary>
    public static List<FieldSpec> MergeAll(List<FieldSpec> specs, IEnumerable<FieldSpec> incoming, string what, bool sort = true)
    {
        var result = new List<FieldSpec>(specs);
        foreach (var spec in incoming)
        {
            var known = result.Find(s => string.Equals(s.Path, spec.Path, StringComparison.Ordinal) && s.Gvk.IsSelected(spec.Gvk));
            if (known is null)
            {
                result.Add(spec);
            }
            else if (known.Create != spec.Create)
            {
                throw new KustomizeException($"failed to merge {what} fieldSpec: conflicting fieldspecs for '{spec.Path}'");
            }
        }

        return sort ? Sorted(result) : result;
    }

    public static List<NameReference> MergeReferences(List<NameReference> references, List<NameReference> incoming)
    {
        var result = new List<NameReference>(references);
        foreach (var reference in incoming)
        {
            var at = result.FindIndex(r => r.Target == reference.Target);
            if (at < 0)
            {
                result.Add(reference);
            }
            else
            {
                result[at] = result[at] with { Referrers = MergeAll(result[at].Referrers, reference.Referrers, "NameReference", sort: false) };
            }
        }

        return Sorted(result);
    }

    private static TransformerConfig LoadDefault()
    {
        using var stream = typeof(TransformerConfig).Assembly.GetManifestResourceStream("field-specs.yaml")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Read(bytes.ToArray(), "field-specs.yaml");
    }

    private static List<FieldSpec> Specs(ConfigReader reader, string name) => Sorted(reader.Objects(name, FieldSpec.Read));

    private static List<FieldSpec> Sorted(List<FieldSpec> specs) => [.. specs.Order(Comparer<FieldSpec>.Create((a, b) => Gvk.Compare(a.Gvk, b.Gvk)))];

    private static List<NameReference> Sorted(List<NameReference> references) => [.. references.Order(Comparer<NameReference>.Create((a, b) => Gvk.Compare(a.Target, b.Target)))];
}
