using GitOps.Kustomize.Resources;

namespace GitOps.Kustomize.Definition;

internal sealed record LabelSet(SortedDictionary<string, string> Pairs, bool IncludeSelectors, bool IncludeTemplates, List<FieldSpec> Fields)
{
    public static LabelSet Read(ConfigReader reader) => new(
        reader.Map("pairs") ?? new SortedDictionary<string, string>(StringComparer.Ordinal),
        reader.Flag("includeSelectors"),
        reader.Flag("includeTemplates"),
        reader.Objects("fields", FieldSpec.Read));
}

internal sealed record Image(string Name, string NewName, string TagSuffix, string NewTag, string Digest)
{
    public static Image Read(ConfigReader reader) => new(
        reader.Text("name"), reader.Text("newName"), reader.Text("tagSuffix"), reader.Text("newTag"), reader.Text("digest"));
}

internal sealed record Replica(string Name, long Count)
{
    public static Replica Read(ConfigReader reader) => new(reader.Text("name"), reader.Number("count"));
}

internal sealed record Var(string Name, string ApiVersion, Gvk Gvk, string ObjectName, string ObjectNamespace, string FieldPath)
{
    public static Var Read(ConfigReader reader)
    {
        var (apiVersion, gvk, name, ns) = ("", Gvk.None, "", "");
        if (reader.Object("objref") is { } target)
        {
            (apiVersion, gvk, name, ns) = (target.Text("apiVersion"), FieldSpec.ReadGvk(target), target.Text("name"), target.Text("namespace"));
            target.Finish();
        }

        var path = "";
        if (reader.Object("fieldref") is { } field)
        {
            path = field.Text("fieldPath");
            field.Finish();
        }

        if (apiVersion.Length > 0)
        {
            var parts = apiVersion.Split('/');
            gvk = parts.Length switch
            {
                2 => gvk with { Group = parts[0], Version = parts[1] },
                1 => gvk with { Version = parts[0] },
                _ => gvk,
            };
        }

        return new Var(reader.Text("name"), apiVersion, gvk, name, ns, path.Length == 0 ? "metadata.name" : path);
    }
}

internal sealed record GeneratorOptions(SortedDictionary<string, string>? Labels, SortedDictionary<string, string>? Annotations, bool DisableNameSuffixHash, bool Immutable)
{
    public static GeneratorOptions Read(ConfigReader reader) => new(
        reader.Map("labels"), reader.Map("annotations"), reader.Flag("disableNameSuffixHash"), reader.Flag("immutable"));

    /// <summary>The options of one generator, with what the kustomization says for all filled in: a local value wins, a global true cannot be unset.</summary>
    public static GeneratorOptions? Merge(GeneratorOptions? local, GeneratorOptions? global)
    {
        if (global is null)
        {
            return local;
        }

        return new GeneratorOptions(
            Merge(local?.Labels, global.Labels),
            Merge(local?.Annotations, global.Annotations),
            local?.DisableNameSuffixHash == true || global.DisableNameSuffixHash,
            local?.Immutable == true || global.Immutable);
    }

    private static SortedDictionary<string, string>? Merge(SortedDictionary<string, string>? local, SortedDictionary<string, string>? global)
    {
        if (local is null || global is null)
        {
            return local ?? global;
        }

        var merged = new SortedDictionary<string, string>(local, StringComparer.Ordinal);
        foreach (var (key, value) in global)
        {
            merged.TryAdd(key, value);
        }

        return merged;
    }
}

internal sealed record GeneratorArgs(
    bool IsSecret,
    string Namespace,
    string Name,
    string Behavior,
    List<string> Literals,
    List<string> Files,
    List<string> Envs,
    GeneratorOptions? Options,
    string Type)
{
    public static GeneratorArgs Read(ConfigReader reader, bool secret)
    {
        var envs = reader.Strings("envs");
        if (reader.Text("env") is { Length: > 0 } env)
        {
            envs.Add(env);
        }

        return new GeneratorArgs(
            secret,
            reader.Text("namespace"),
            reader.Text("name"),
            reader.Text("behavior"),
            reader.Strings("literals"),
            reader.Strings("files"),
            envs,
            reader.Object("options", GeneratorOptions.Read),
            secret ? reader.Text("type") : "");
    }
}

internal sealed record FieldOptions(string Delimiter, int Index, string Encoding, bool Create)
{
    public static FieldOptions Read(ConfigReader reader) => new(
        reader.Text("delimiter"), (int)Math.Clamp(reader.Number("index"), int.MinValue, int.MaxValue), reader.Text("encoding"), reader.Flag("create"));
}

internal sealed record ReplacementSource(Gvk Gvk, string Name, string Namespace, string FieldPath, FieldOptions? Options)
{
    public static ReplacementSource Read(ConfigReader reader) => new(
        FieldSpec.ReadGvk(reader), reader.EmbeddedText("name"), reader.EmbeddedText("namespace"), reader.Text("fieldPath"), reader.Object("options", FieldOptions.Read));

    public override string ToString() => $"{new ResId(Gvk, Name, Namespace, false)}{(FieldPath.Length > 0 ? ":" + FieldPath : "")}";
}

internal sealed record ReplacementTarget(Selector? Select, List<Selector> Reject, List<string> FieldPaths, FieldOptions? Options)
{
    public static ReplacementTarget Read(ConfigReader reader) => new(
        reader.Object("select", Selector.Read), reader.Objects("reject", Selector.Read), reader.Strings("fieldPaths"), reader.Object("options", FieldOptions.Read));
}

internal sealed record Replacement(ReplacementSource? Source, List<ReplacementTarget>? Targets, string? SourceValue, string Path)
{
    public static Replacement Read(ConfigReader reader)
    {
        var source = reader.Object("source", ReplacementSource.Read);
        var targets = reader.Has("targets") ? reader.Objects("targets", ReplacementTarget.Read) : null;
        return new Replacement(source, targets, reader.TextOrNull("sourceValue"), reader.Text("path"));
    }
}

internal sealed record LegacySort(List<string> OrderFirst, List<string> OrderLast)
{
    public static LegacySort Read(ConfigReader reader) => new(reader.Strings("orderFirst"), reader.Strings("orderLast"));
}

internal sealed record SortOptions(string Order, LegacySort? Legacy)
{
    public static SortOptions Read(ConfigReader reader) => new(reader.Text("order"), reader.Object("legacySortOptions", LegacySort.Read));
}
