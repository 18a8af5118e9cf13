using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>
/// Helm's <c>common.Values</c>: the type of the root object, of <c>.Values</c> and of <c>.Template</c>, a name for a plain map.
/// Functions that take maps are given the map itself, so what they return has lost the name but is still the same map.
/// </summary>
internal sealed class HelmValues : TypedMap, IGoMethods
{
    private const string Name = "common.Values";

    // No template value is a writer, so the method can be named but never called.
    private static readonly GoType Writer = new("io.Writer", GoKind.Func, static _ => false);

    public HelmValues()
        : this(new Dictionary<string, object?>(StringComparer.Ordinal))
    {
    }

    public HelmValues(Dictionary<string, object?> items)
        : base(Name, GoType.Any, items)
    {
    }

    /// <summary>An entry.</summary>
    /// <param name="key">Its key.</param>
    public object? this[string key]
    {
        get => Items[key];
        set => Items[key] = value;
    }

    /// <inheritdoc/>
    public TemplateFunction? FindMethod(string name) => name switch
    {
        "AsMap" => new TemplateFunction(name, (_, _) => Items, []),
        "YAML" => new TemplateFunction(name, (_, _) => DataFunctions.ToYaml(this) + "\n", []),
        "Table" => new TemplateFunction(name, (_, a) => new HelmValues(Table((string)a[0]!)), [GoType.String]),
        "Encode" => new TemplateFunction(name, (_, _) => null, [Writer]),
        "PathValue" => new TemplateFunction(name, (_, a) => PathValue((string)a[0]!), [GoType.String]),
        _ => null,
    };

    private Dictionary<string, object?> Table(string path)
    {
        var current = Items;
        foreach (var key in path.Split('.'))
        {
            if (!current.TryGetValue(key, out var next) || MapOf(next) is not { } map)
                throw new FunctionException(GoQuote.Quote(key) + " is not a table");
            current = map;
        }

        return current;
    }

    private object? PathValue(string path)
    {
        if (path.Length == 0)
            throw new FunctionException("YAML path cannot be empty");
        var dot = path.LastIndexOf('.');
        Dictionary<string, object?> table;
        try
        {
            table = dot < 0 ? Items : Table(path[..dot]);
        }
        catch (FunctionException e)
        {
            throw new FunctionException(GoQuote.Quote(path) + " is not a value", e);
        }

        var key = path[(dot + 1)..];
        return table.TryGetValue(key, out var value) && value is not Dictionary<string, object?>
            ? value
            : throw new FunctionException(GoQuote.Quote(key) + " is not a value");
    }
}
