using System.Globalization;

namespace GitOps.Helm.Schema;

/// <summary>Checks values against a compiled schema; what fails and in which words follows the library Helm uses.</summary>
internal sealed partial class SchemaValidator
{
    private const int MaxDepth = 2000;

    private readonly CancellationToken _cancellationToken;
    private int _depth;

    private SchemaValidator(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    /// <summary>Checks a value.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static SchemaError? Validate(SchemaNode schema, object? value, CancellationToken cancellationToken)
    {
        var unevaluated = Unevaluated.For(value, schema, wanted: false);
        return new SchemaValidator(cancellationToken).Check(schema, value, "", new Scope(schema, 0, null), unevaluated);
    }

    private SchemaError? Check(SchemaNode s, object? value, string at, Scope scope, Unevaluated unevaluated)
    {
        if (s.Bool is { } flag)
        {
            return flag ? null : new SchemaError(at, "false schema");
        }

        if (s.Metaschema is { } draft)
        {
            return SchemaMetaCheck.Find(value, draft, at);
        }

        if (scope.IsCycle())
        {
            return new SchemaError(at, $"{s.Location} refers to itself without going deeper into the value: reference cycle");
        }

        if (++_depth > MaxDepth)
        {
            throw new HelmException(Reasons.LimitExceeded, $"the schema nests deeper than {MaxDepth} levels at {s.Location}");
        }

        try
        {
            return CheckKeywords(s, value, at, scope, unevaluated);
        }
        finally
        {
            _depth--;
        }
    }

    private SchemaError? CheckKeywords(SchemaNode s, object? value, string at, Scope scope, Unevaluated unevaluated)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var type = JsonValue.TypeOf(value);
        if (s.Types.Count > 0 && !s.Types.Contains(type, StringComparer.Ordinal) && !(s.Types.Contains("integer", StringComparer.Ordinal) && JsonValue.IsInteger(value)))
        {
            return new SchemaError(at, $"got {type}, want {string.Join(" or ", s.Types)}");
        }

        if (s.HasConst && !JsonValue.AreEqual(value, s.Const))
        {
            return new SchemaError(at, s.Const is Dictionary<string, object?> or List<object?> ? "'const' failed" : $"value must be {SchemaText.Display(s.Const)}");
        }

        if (s.Enum is { } choices && !choices.Exists(c => JsonValue.AreEqual(value, c)))
        {
            return new SchemaError(at, choices.Exists(c => c is Dictionary<string, object?> or List<object?>) ? "'enum' failed"
                : choices.Count == 1 ? $"value must be {SchemaText.Display(choices[0])}"
                : $"value must be one of {string.Join(", ", choices.Select(SchemaText.Display))}");
        }

        if (s.Format is { } format && value is string formatted && SchemaFormats.Check(format, formatted) is { } problem)
        {
            return new SchemaError(at, $"{SchemaText.Quote(formatted)} is not valid {format}: {problem}");
        }

        var errors = new List<SchemaError>();
        if (s.Ref is { } target)
        {
            var refError = CheckReference(target, value, at, scope, unevaluated);
            if (s.Draft < SchemaDraft.Draft2019)
            {
                return refError;
            }

            Add(errors, refError);
        }

        switch (value)
        {
            case Dictionary<string, object?> map:
                CheckObject(s, map, at, scope, unevaluated, errors);
                break;
            case List<object?> list:
                CheckArray(s, list, at, scope, unevaluated, errors);
                break;
            case string text:
                CheckString(s, text, at, errors);
                break;
            case double or long:
                CheckNumber(s, JsonValue.Number(value), at, errors);
                break;
            default:
                break;
        }

        if (s.RecursiveRef is { } recursive)
        {
            Add(errors, CheckReference(recursive.Resource.RecursiveAnchor ? scope.OutermostRecursive(recursive) : recursive, value, at, scope, unevaluated));
        }

        if (s.DynamicRef is { } dynamic)
        {
            var anchor = s.DynamicRefAnchor;
            var resolved = anchor.Length > 0 && dynamic.DynamicAnchor == anchor ? scope.OutermostDynamic(anchor, dynamic) : dynamic;
            Add(errors, CheckReference(resolved, value, at, scope, unevaluated));
        }

        CheckCombinations(s, value, at, scope, unevaluated, errors);
        if (s.Draft >= SchemaDraft.Draft2019)
        {
            CheckUnevaluated(s, value, at, scope, unevaluated, errors);
        }

        return errors.Count switch
        {
            0 => null,
            1 => errors[0],
            _ => new SchemaError(at, "validation failed") { IsGroup = true, Causes = errors },
        };
    }

    private void CheckObject(SchemaNode s, Dictionary<string, object?> map, string at, Scope scope, Unevaluated unevaluated, List<SchemaError> errors)
    {
        if (s.MinProperties is { } minProperties && map.Count < minProperties)
        {
            errors.Add(new SchemaError(at, $"minProperties: got {map.Count}, want {minProperties}"));
        }

        if (s.MaxProperties is { } maxProperties && map.Count > maxProperties)
        {
            errors.Add(new SchemaError(at, $"maxProperties: got {map.Count}, want {maxProperties}"));
        }

        var missing = s.Required.Where(r => !map.ContainsKey(r)).ToList();
        if (missing.Count > 0)
        {
            errors.Add(new SchemaError(at, missing.Count == 1 ? $"missing property {SchemaText.Quote(missing[0])}" : $"missing properties {SchemaText.Join(missing)}"));
        }

        var additional = new List<string>();
        foreach (var (key, item) in map)
        {
            var evaluated = false;
            if (s.Properties.TryGetValue(key, out var property))
            {
                evaluated = true;
                Add(errors, CheckItem(property, item, at, key, scope));
            }

            foreach (var (pattern, schema) in s.PatternProperties)
            {
                if (pattern.IsMatch(key))
                {
                    evaluated = true;
                    Add(errors, CheckItem(schema, item, at, key, scope));
                }
            }

            if (!evaluated && s.AdditionalProperties is { } rest)
            {
                evaluated = true;
                if (rest.Bool == false)
                {
                    additional.Add(key);
                }
                else
                {
                    Add(errors, CheckItem(rest, item, at, key, scope));
                }
            }

            if (evaluated)
            {
                unevaluated.Properties?.Remove(key);
            }
        }

        if (additional.Count > 0)
        {
            errors.Add(new SchemaError(at, $"additional properties {SchemaText.Join(additional)} not allowed"));
        }

        if (s.PropertyNames is { } names)
        {
            foreach (var key in map.Keys)
            {
                if (Check(names, key, "", new Scope(names, 0, null), Unevaluated.None) is { } error)
                {
                    errors.Add(new SchemaError("", $"invalid propertyName {SchemaText.Quote(key)}") { Causes = error.IsGroup ? error.Causes : [error] });
                }
            }
        }

        foreach (var (key, schema) in s.DependentSchemas)
        {
            if (map.ContainsKey(key))
            {
                Add(errors, CheckSame(schema, map, at, scope, unevaluated));
            }
        }

        foreach (var (key, required) in s.DependentRequired)
        {
            var absent = map.ContainsKey(key) ? required.Where(r => !map.ContainsKey(r)).ToList() : [];
            if (absent.Count > 0)
            {
                errors.Add(new SchemaError(at, $"properties {SchemaText.Join(absent)} required, if {SchemaText.Quote(key)} exists"));
            }
        }
    }

    private void CheckArray(SchemaNode s, List<object?> list, string at, Scope scope, Unevaluated unevaluated, List<SchemaError> errors)
    {
        if (s.MinItems is { } minItems && list.Count < minItems)
        {
            errors.Add(new SchemaError(at, $"minItems: got {list.Count}, want {minItems}"));
        }

        if (s.MaxItems is { } maxItems && list.Count > maxItems)
        {
            errors.Add(new SchemaError(at, $"maxItems: got {list.Count}, want {maxItems}"));
        }

        if (s.UniqueItems && JsonValue.FindDuplicate(list) is { } pair)
        {
            errors.Add(new SchemaError(at, $"items at {pair.First} and {pair.Second} are equal"));
        }

        var prefix = Math.Min(s.PrefixItems.Count, list.Count);
        for (var i = 0; i < prefix; i++)
        {
            Add(errors, CheckItem(s.PrefixItems[i], list[i], at, Index(i), scope));
            unevaluated.Items?.Remove(i);
        }

        if (s.Items is { Bool: false } && s.ItemsAreAdditional)
        {
            if (list.Count > prefix)
            {
                errors.Add(new SchemaError(at, $"last {list.Count - prefix} additionalItem(s) not allowed"));
            }
        }
        else if (s.Items is { } items)
        {
            for (var i = prefix; i < list.Count; i++)
            {
                Add(errors, CheckItem(items, list[i], at, Index(i), scope));
                unevaluated.Items?.Remove(i);
            }
        }

        if (s.Contains is { } contains)
        {
            CheckContains(s, contains, list, at, scope, unevaluated, errors);
        }
    }

    private void CheckContains(SchemaNode s, SchemaNode contains, List<object?> list, string at, Scope scope, Unevaluated unevaluated, List<SchemaError> errors)
    {
        var failures = new List<SchemaError>();
        var matched = new List<int>();
        for (var i = 0; i < list.Count; i++)
        {
            if (CheckItem(contains, list[i], at, Index(i), scope) is { } error)
            {
                failures.Add(error);
            }
            else
            {
                matched.Add(i);
                if (s.Draft >= SchemaDraft.Draft2020)
                {
                    unevaluated.Items?.Remove(i);
                }
            }
        }

        var places = string.Join(' ', matched);
        if (s.MinContains is { } min)
        {
            if (matched.Count < min)
            {
                errors.Add(new SchemaError(at, matched.Count == 0
                    ? $"min {min} items required to match contains schema, but none matched"
                    : $"min {min} items required to match contains schema, but matched {matched.Count} items at {places}")
                { Causes = failures });
            }
        }
        else if (matched.Count == 0)
        {
            errors.Add(new SchemaError(at, "no items match contains schema") { Causes = failures });
        }

        if (s.MaxContains is { } max && matched.Count > max)
        {
            errors.Add(new SchemaError(at, $"max {max} items required to match contains schema, but matched {matched.Count} items at {places}"));
        }
    }

    private static void CheckString(SchemaNode s, string text, string at, List<SchemaError> errors)
    {
        if (s.MinLength is not null || s.MaxLength is not null)
        {
            var length = text.EnumerateRunes().Count();
            if (length < s.MinLength)
            {
                errors.Add(new SchemaError(at, $"minLength: got {length}, want {s.MinLength}"));
            }

            if (length > s.MaxLength)
            {
                errors.Add(new SchemaError(at, $"maxLength: got {length}, want {s.MaxLength}"));
            }
        }

        if (s.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            errors.Add(new SchemaError(at, $"{SchemaText.Quote(text)} does not match pattern {SchemaText.Quote(s.PatternText)}"));
        }
    }

    private static void CheckNumber(SchemaNode s, double number, string at, List<SchemaError> errors)
    {
        Compare("minimum", s.Minimum, number < s.Minimum);
        Compare("maximum", s.Maximum, number > s.Maximum);
        Compare("exclusiveMinimum", s.ExclusiveMinimum, number <= s.ExclusiveMinimum);
        Compare("exclusiveMaximum", s.ExclusiveMaximum, number >= s.ExclusiveMaximum);
        Compare("multipleOf", s.MultipleOf, s.MultipleOf is { } factor && !JsonValue.IsMultiple(number, factor));

        void Compare(string keyword, double? wanted, bool fails)
        {
            if (fails)
            {
                errors.Add(new SchemaError(at, $"{keyword}: got {SchemaText.Number(number)}, want {SchemaText.Number(wanted!.Value)}"));
            }
        }
    }

    private SchemaError? CheckItem(SchemaNode schema, object? value, string at, string token, Scope scope) =>
        Check(schema, value, SchemaText.Append(at, token), new Scope(schema, scope.ValueId + 1, scope), Unevaluated.For(value, schema, wanted: false));

    private static void Add(List<SchemaError> errors, SchemaError? error)
    {
        if (error is not null)
        {
            errors.Add(error);
        }
    }

    private static string Index(int i) => i.ToString(CultureInfo.InvariantCulture);
}
