using System.Globalization;

namespace GitOps.Testing;

/// <summary>One map of an object under validation: where it stands and where findings go.</summary>
/// <param name="Map">The map; an empty one where the object has none.</param>
/// <param name="Path">Its path.</param>
/// <param name="Errors">The findings.</param>
internal readonly record struct Check(MapNode Map, string Path, List<FieldError> Errors)
{
    /// <summary>Starts at the top of an object.</summary>
    public static Check Of(MapNode root, List<FieldError> errors) => new(root, "", errors);

    public string At(string field) => Path.Length == 0 ? field : $"{Path}.{field}";

    public bool Has(string field) => Map[field] is { IsNull: false };

    public bool HasMap(string field) => Map[field] is MapNode;

    public string Text(string field) => Map[field] is ScalarNode { IsNull: false } scalar ? scalar.Text : "";

    public bool IsTrue(string field) => Map[field] is ScalarNode scalar && scalar.AsBoolean();

    public long? Number(string field) => Map[field] is ScalarNode scalar && scalar.TryGetInt64(out var number) ? number : null;

    /// <summary>The map in a field, or an empty one.</summary>
    public Check Child(string field) => new(Map.GetMap(field) ?? new MapNode(), At(field), Errors);

    /// <summary>The maps in a list.</summary>
    public IEnumerable<Check> Items(string field)
    {
        var index = 0;
        foreach (var item in Map.GetList(field) ?? [])
        {
            yield return new Check(item as MapNode ?? new MapNode(), string.Create(CultureInfo.InvariantCulture, $"{At(field)}[{index++}]"), Errors);
        }
    }

    /// <summary>The scalars in a list with their paths.</summary>
    public IEnumerable<(string Text, string Path)> Texts(string field)
    {
        var index = 0;
        foreach (var item in Map.GetList(field) ?? [])
        {
            yield return ((item as ScalarNode)?.Text ?? "", string.Create(CultureInfo.InvariantCulture, $"{At(field)}[{index++}]"));
        }
    }

    public int Count(string field) => Map[field] switch
    {
        ListNode list => list.Count,
        MapNode map => map.Count,
        _ => 0,
    };

    public void Add(FieldError error) => Errors.Add(error);

    public void Required(string field, string detail = "") => Errors.Add(FieldError.Required(At(field), detail));

    public void Forbidden(string field, string detail) => Errors.Add(FieldError.Forbidden(At(field), detail));

    public void Invalid(string field, string detail) => Errors.Add(FieldError.Invalid(At(field), Map[field], detail));

    /// <summary>Wants a text or a list with content.</summary>
    public bool Demand(string field, string detail = "")
    {
        if (Map[field] is ScalarNode ? Text(field).Length > 0 : Count(field) > 0)
        {
            return true;
        }

        Required(field, detail);
        return false;
    }

    public void NonNegative(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (Number(field) < 0)
            {
                Invalid(field, "must be greater than or equal to 0");
            }
        }
    }

    public void Range(string field, long least, long most)
    {
        if (Number(field) is { } number && (number < least || number > most))
        {
            Invalid(field, string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}, inclusive"));
        }
    }

    /// <summary>Wants a field to have one of the values, if it is there.</summary>
    public void OneOf(string field, params ReadOnlySpan<string> values)
    {
        var text = Text(field);
        if (Has(field) && !values.Contains(text))
        {
            Errors.Add(FieldError.NotSupported(At(field), text, values.ToArray()));
        }
    }

    /// <summary>Wants a name that a rule accepts, if it is there.</summary>
    public void Name(string field, Func<string, string?> rule)
    {
        if (Text(field) is { Length: > 0 } name && rule(name) is { } problem)
        {
            Errors.Add(FieldError.Invalid(At(field), name, problem));
        }
    }

    /// <summary>Wants a name, and one that a rule accepts.</summary>
    public void DemandName(string field, Func<string, string?> rule)
    {
        if (Demand(field))
        {
            Name(field, rule);
        }
    }

    /// <summary>Wants a port number, or a port's name.</summary>
    public void Port(string field, bool named = false)
    {
        if (named && Map[field] is ScalarNode { Kind: ScalarKind.String })
        {
            if (Names.PortName(Text(field)) is { } problem)
            {
                Errors.Add(FieldError.Invalid(At(field), Text(field), problem));
            }
        }
        else if (Number(field) is not (>= 1 and <= 65535))
        {
            Errors.Add(FieldError.Invalid(At(field), Map[field] ?? ScalarNode.Integer(0), "must be between 1 and 65535, inclusive"));
        }
    }

    /// <summary>Wants a number that is not negative, or a percentage.</summary>
    public void Portion(string field, bool atMostAll = false)
    {
        if (!Has(field))
        {
            return;
        }

        var text = Text(field);
        if (Map[field] is ScalarNode { Kind: ScalarKind.String })
        {
            if (text.Length < 2 || !text.EndsWith('%') || text.AsSpan(0, text.Length - 1).ContainsAnyExceptInRange('0', '9'))
            {
                Invalid(field, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
            }
            else if (atMostAll && (text.Length > 4 || int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) > 100))
            {
                Invalid(field, "must not be greater than 100%");
            }
        }
        else
        {
            NonNegative(field);
        }
    }

    /// <summary>Whether a number or percentage is nothing.</summary>
    public bool IsZero(string field) => Number(field) == 0 || Text(field) is "0" or "0%";

    public void Labels(string field) => MetadataValidation.Labels(Map.GetMap(field), At(field), Errors);

    /// <summary>Checks a label selector, if it is there.</summary>
    /// <returns>Whether it can be used.</returns>
    public bool Selector(string field)
    {
        var before = Errors.Count;
        var selector = Child(field);
        selector.Labels("matchLabels");
        foreach (var expression in selector.Items("matchExpressions"))
        {
            switch (expression.Text("operator"))
            {
                case "In" or "NotIn":
                    if (expression.Count("values") == 0)
                    {
                        expression.Required("values", "must be specified when `operator` is 'In' or 'NotIn'");
                    }

                    break;
                case "Exists" or "DoesNotExist":
                    if (expression.Count("values") > 0)
                    {
                        expression.Forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }

                    break;
                default:
                    expression.Invalid("operator", "not a valid selector operator");
                    break;
            }

            if (Names.QualifiedName(expression.Text("key")) is { } problem)
            {
                expression.Invalid("key", problem);
            }

            foreach (var (text, path) in expression.Texts("values"))
            {
                if (Names.LabelValue(text) is { } wrong)
                {
                    Errors.Add(FieldError.Invalid(path, text, wrong));
                }
            }
        }

        return Errors.Count == before;
    }
}
