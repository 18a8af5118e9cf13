using System.Globalization;
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
        if (definition.Strategy.ChecksPrefix && metadata.GetString("generateName") is { Length: > 0 } prefix && definition.Strategy.CheckName(WithoutDash(prefix)) is { } prefixProblem)
        {
            errors.Add(FieldError.Invalid("metadata.generateName", prefix, prefixProblem));
        }

        if (name.Length == 0)
        {
            errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        }
        else if (definition.Strategy.CheckName(name) is { } problem)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, problem));
        }

        Common(definition, root, errors);
    }

    public static void Update(ResourceDefinition definition, MapNode root, MapNode old, List<FieldError> errors)
    {
        Common(definition, root, errors);
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

    public static void Annotations(MapNode? annotations, string path, List<FieldError> errors)
    {
        var size = 0L;
        foreach (var entry in annotations ?? [])
        {
            if (Names.QualifiedName(entry.Key.ToLowerInvariant()) is { } problem)
            {
                errors.Add(FieldError.Invalid(path, entry.Key, problem));
            }

            size += Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount((entry.Value as ScalarNode)?.Text ?? "");
        }

        if (size > MaxAnnotationBytes)
        {
            errors.Add(FieldError.TooLong(path, MaxAnnotationBytes));
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

    // What follows the prefix is not there yet, so a dash may end it.
    private static string WithoutDash(string prefix) => prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix;

    private static void Common(ResourceDefinition definition, MapNode root, List<FieldError> errors)
    {
        var metadata = root.GetMap("metadata")!;
        Labels(metadata.GetMap("labels"), "metadata.labels", errors);
        Annotations(metadata.GetMap("annotations"), "metadata.annotations", errors);
        Owners(metadata, errors);
        Finalizers(definition, metadata, errors);
    }

    private static void Owners(MapNode metadata, List<FieldError> errors)
    {
        // The paths carry no index, here and on a real server.
        const string at = "metadata.ownerReferences";
        string? controller = null;
        foreach (var owner in metadata.GetList("ownerReferences")?.OfType<MapNode>() ?? [])
        {
            var apiVersion = owner.GetString("apiVersion") ?? "";
            if (apiVersion.Length == 0 || apiVersion.EndsWith('/'))
            {
                errors.Add(FieldError.Invalid($"{at}.apiVersion", apiVersion, "version must not be empty"));
            }

            foreach (var field in (ReadOnlySpan<string>)["kind", "name", "uid"])
            {
                if (owner.GetString(field) is not { Length: > 0 })
                {
                    errors.Add(FieldError.Invalid($"{at}.{field}", "", "must not be empty"));
                }
            }

            var kind = owner.GetString("kind");
            if (kind == "Event" && apiVersion is "v1" or "events.k8s.io/v1" && kind == "Event")
            {
                errors.Add(FieldError.Invalid(at, owner, $"{(apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion : "/" + apiVersion)}, Kind=Event is disallowed from being an owner"));
            }

            if (owner["controller"] is ScalarNode flag && flag.AsBoolean())
            {
                var name = $"{kind}/{owner.GetString("name")}";
                if (controller is not null)
                {
                    errors.Add(FieldError.Invalid(at, metadata["ownerReferences"], $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {name}"));
                }

                controller ??= name;
            }
        }
    }

    private static void Finalizers(ResourceDefinition definition, MapNode metadata, List<FieldError> errors)
    {
        // Custom resources and some built-in ones may have finalizers of one word.
        var strict = !definition.IsCustom
            && definition.Group is not ("admissionregistration.k8s.io" or "apiextensions.k8s.io" or "apiregistration.k8s.io" or "policy" or "node.k8s.io")
            && definition.Kind != "Lease"
            && definition is not { Kind: "Event", Group: "" };
        var names = metadata.GetList("finalizers")?.OfType<ScalarNode>().Select(static f => f.Text).ToArray() ?? [];
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i];
            if (Names.QualifiedName(name) is { } problem)
            {
                errors.Add(FieldError.Invalid("metadata.finalizers", name, problem));
            }
            else if (strict && !name.Contains('/', StringComparison.Ordinal) && name is not ("orphan" or "foregroundDeletion" or "kubernetes"))
            {
                errors.Add(FieldError.Invalid(string.Create(CultureInfo.InvariantCulture, $"metadata.finalizers[{i}]"), name, "name is neither a standard finalizer name nor is it fully qualified"));
            }
        }

        if (names.Contains("orphan") && names.Contains("foregroundDeletion"))
        {
            errors.Add(FieldError.Invalid("metadata.finalizers", metadata["finalizers"], "finalizer orphan and foregroundDeletion cannot be both set"));
        }
    }
}
