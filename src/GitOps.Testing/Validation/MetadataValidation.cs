using System.Text;

namespace GitOps.Testing;

/// <summary>Checks of <c>metadata</c> that all kinds share.</summary>
internal static class MetadataValidation
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Create(ResourceDefinition definition, MapNode root, List<FieldError> errors)
    {
        var metadata = root.GetMap("metadata")!;
        var name = metadata.GetString("name") ?? "";
        if (name.Length == 0)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (definition.Strategy.CheckName(name) is { } problem)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, problem));
        }

        Common(root, errors);
    }

    public static void Update(MapNode root, MapNode old, List<FieldError> errors)
    {
        Common(root, errors);
        if (!ObjectMeta.IsDeleting(old))
        {
            return;
        }

        var before = old.GetMap("metadata")?.GetList("finalizers")?.OfType<ScalarNode>().Select(static f => f.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        var added = root.GetMap("metadata")?.GetList("finalizers")?.OfType<ScalarNode>().Select(static f => f.Text).Where(f => !before.Contains(f)).ToArray() ?? [];
        if (added.Length > 0)
        {
            errors.Add(FieldError.Forbidden(
                "metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(static a => $"\"{a}\""))}}}"));
        }
    }

    public static void Labels(MapNode? labels, string path, List<FieldError> errors)
    {
        foreach (var entry in labels ?? [])
        {
            if (Names.QualifiedName(entry.Key) is { } keyProblem)
            {
                errors.Add(FieldError.Invalid(path, entry.Key, keyProblem));
            }

            var value = (entry.Value as ScalarNode)?.Text ?? "";
            if (Names.LabelValue(value) is { } problem)
            {
                errors.Add(FieldError.Invalid(path, value, problem));
            }
        }
    }

    private static void Common(MapNode root, List<FieldError> errors)
    {
        var metadata = root.GetMap("metadata")!;
        Labels(metadata.GetMap("labels"), "metadata.labels", errors);
        var size = 0L;
        foreach (var entry in metadata.GetMap("annotations") ?? [])
        {
            if (Names.QualifiedName(entry.Key.ToLowerInvariant()) is { } problem)
            {
                errors.Add(FieldError.Invalid("metadata.annotations", entry.Key, problem));
            }

            size += Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount((entry.Value as ScalarNode)?.Text ?? "");
        }

        if (size > MaxAnnotationBytes)
        {
            errors.Add(FieldError.TooLong("metadata.annotations", MaxAnnotationBytes));
        }

        var index = 0;
        var controllers = 0;
        foreach (var owner in metadata.GetList("ownerReferences")?.OfType<MapNode>() ?? [])
        {
            var at = $"metadata.ownerReferences[{index++}]";
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (owner.GetString(field) is not { Length: > 0 })
                {
                    errors.Add(FieldError.Invalid($"{at}.{field}", owner.GetString(field) ?? "", field == "apiVersion" ? "version must not be empty" : $"{field} must not be empty"));
                }
            }

            controllers += owner["controller"] is ScalarNode controller && controller.AsBoolean() ? 1 : 0;
        }

        if (controllers > 1)
        {
            errors.Add(FieldError.Invalid("metadata.ownerReferences", metadata["ownerReferences"], "Only one reference can have Controller set to true"));
        }

        foreach (var finalizer in metadata.GetList("finalizers")?.OfType<ScalarNode>() ?? [])
        {
            if (Names.QualifiedName(finalizer.Text) is { } problem)
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", finalizer.Text, problem));
            }
            else if (!finalizer.Text.Contains('/', StringComparison.Ordinal) && finalizer.Text is not ("orphan" or "foregroundDeletion" or "kubernetes"))
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", finalizer.Text, "name is neither a standard finalizer name nor is it fully qualified"));
            }
        }
    }
}
