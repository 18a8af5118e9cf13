using GitOps.Schema;

namespace GitOps.Kubernetes.Applying;

/// <summary>
/// Checks an object against the structural schema of a CRD of the same set, whose kind the server does not know yet: prunes, defaults and validates a copy
/// as the server would, and treats an unknown field as strict field validation does.
/// </summary>
internal static class DefinitionSchema
{
    private const int MaximumProblems = 20;

    public static IReadOnlyList<string> Validate(MapNode schema, MapNode root)
    {
        SchemaType type;
        try
        {
            type = CustomSchema.Read(schema);
        }
        catch (GitOpsException)
        {
            // Nested beyond the limit; whether the server takes it is for the server to say.
            return [];
        }

        List<string> problems = [];
        var copy = (MapNode)root.DeepClone();
        CustomDefaults.Prune(type, copy, path =>
        {
            // Every kind may have a status, and nobody applies it.
            if (path != "status")
            {
                problems.Add($"{path} is not a field of the schema");
            }
        });
        CustomDefaults.DropNulls(type, copy);
        CustomDefaults.Fill(type, copy);
        List<FieldError> errors = [];
        CustomValidation.Validate(type, copy, errors);
        problems.AddRange(errors.Select(static e => e.ToString()));
        return problems.Count <= MaximumProblems ? problems : [.. problems.Take(MaximumProblems), $"and {problems.Count - MaximumProblems} more problems"];
    }
}
