namespace GitOps.Helm.Schema;

/// <content>Schemas that a value must match besides its own keywords.</content>
internal sealed partial class SchemaValidator
{
    private void CheckCombinations(SchemaNode s, object? value, string at, Scope scope, Unevaluated unevaluated, List<SchemaError> errors)
    {
        if (s.Not is { } not && CheckSame(not, value, at, scope, unevaluated) is null)
        {
            errors.Add(new SchemaError(at, "'not' failed"));
        }

        if (s.AllOf.Count > 0)
        {
            var failures = new List<SchemaError>();
            foreach (var schema in s.AllOf)
            {
                Add(failures, CheckSame(schema, value, at, scope, unevaluated));
            }

            if (failures.Count > 0)
            {
                errors.Add(new SchemaError(at, "'allOf' failed") { Causes = failures });
            }
        }

        if (s.AnyOf.Count > 0)
        {
            var failures = new List<SchemaError>();
            var matched = false;
            foreach (var schema in s.AnyOf)
            {
                if (CheckSame(schema, value, at, scope, unevaluated) is { } error)
                {
                    failures.Add(error);
                }
                else
                {
                    matched = true;
                    if (unevaluated.IsEmpty)
                    {
                        break;
                    }
                }
            }

            if (!matched)
            {
                errors.Add(new SchemaError(at, "'anyOf' failed") { Causes = failures });
            }
        }

        if (s.OneOf.Count > 0)
        {
            var failures = new List<SchemaError>();
            var matched = -1;
            for (var i = 0; i < s.OneOf.Count; i++)
            {
                if (CheckSame(s.OneOf[i], value, at, scope, unevaluated) is { } error)
                {
                    failures.Add(error);
                }
                else if (matched < 0)
                {
                    matched = i;
                }
                else
                {
                    errors.Add(new SchemaError(at, $"'oneOf' failed, subschemas {matched}, {i} matched"));
                    break;
                }
            }

            if (matched < 0)
            {
                errors.Add(new SchemaError(at, "'oneOf' failed, none matched") { Causes = failures });
            }
        }

        if (s.If is { } condition)
        {
            var branch = CheckSame(condition, value, at, scope, unevaluated) is null ? s.Then : s.Else;
            if (branch is not null)
            {
                Add(errors, CheckSame(branch, value, at, scope, unevaluated));
            }
        }
    }

    private void CheckUnevaluated(SchemaNode s, object? value, string at, Scope scope, Unevaluated unevaluated, List<SchemaError> errors)
    {
        if (s.UnevaluatedProperties is { } properties && value is Dictionary<string, object?> map && unevaluated.Properties is { } keys)
        {
            foreach (var key in keys)
            {
                Add(errors, CheckItem(properties, map[key], at, key, scope));
            }

            keys.Clear();
        }

        if (s.UnevaluatedItems is { } items && value is List<object?> list && unevaluated.Items is { } indexes)
        {
            foreach (var i in indexes)
            {
                Add(errors, CheckItem(items, list[i], at, Index(i), scope));
            }

            indexes.Clear();
        }
    }

    private SchemaError? CheckSame(SchemaNode schema, object? value, string at, Scope scope, Unevaluated unevaluated)
    {
        var inner = Unevaluated.For(value, schema, wanted: !unevaluated.IsEmpty);
        var error = Check(schema, value, at, new Scope(schema, scope.ValueId, scope), inner);
        if (error is null)
        {
            unevaluated.IntersectWith(inner);
        }

        return error;
    }

    private SchemaError? CheckReference(SchemaNode target, object? value, string at, Scope scope, Unevaluated unevaluated) =>
        CheckSame(target, value, at, scope, unevaluated) is { } error
            ? new SchemaError(at, "validation failed") { IsReference = true, Causes = error.IsGroup ? error.Causes : [error] }
            : null;
}
