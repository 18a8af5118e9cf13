using GitOps.Helm.Templates;

namespace GitOps.Helm.Functions;

/// <summary>The tables of a TOML document while it is read, and the rules on what may be defined twice.</summary>
internal sealed class TomlTables
{
    private readonly Dictionary<string, object?> _root = new(StringComparer.Ordinal);

    // Tables that only exist because something inside them was defined; they may be defined once more.
    private readonly HashSet<string> _implied = new(StringComparer.Ordinal);
    private readonly HashSet<string> _arrays = new(StringComparer.Ordinal);
    private List<string> _context = [];
    private string _key = string.Empty;

    /// <summary>Where the text was read to.</summary>
    public TomlCursor? Cursor { get; set; }

    /// <summary>The line of the key or header being read.</summary>
    public int Line { get; set; } = 1;

    /// <summary>The full name of what is being read.</summary>
    public string Current => _key.Length == 0 ? NameOf(_context) : _context.Count == 0 ? _key : NameOf(_context) + "." + _key;

    /// <summary>The name of the table in use.</summary>
    public string ContextName => NameOf(_context);

    /// <summary>The document.</summary>
    public Dictionary<string, object?> ToValue() => (Dictionary<string, object?>)Finished(_root)!;

    /// <summary>Goes to a table that a header names.</summary>
    public void Enter(List<string> key, bool isArray)
    {
        AddContext(key, isArray);
        _arrays.Remove(NameOf(_context));
    }

    /// <summary>Goes to where a key is defined; gives the table to go back to.</summary>
    public List<string> BeginEntry(List<string> key)
    {
        var outer = _context;
        _key = key[^1];
        foreach (var part in key.Take(key.Count - 1))
        {
            List<string> table = [.. _context, part];
            _implied.Add(NameOf(table));
            AddContext(table, isArray: false);
        }

        return outer;
    }

    /// <summary>Defines a key.</summary>
    public void EndEntry(string key, object? value, bool isArray, List<string> outer)
    {
        _key = key;
        Set(key, value);
        SetKind(key, isArray);
        _context = outer;
    }

    /// <summary>Says at the end of a top-level entry that no key is in use; inside an inline table the last one stays.</summary>
    public void Leave() => _key = string.Empty;

    /// <summary>Says that the key in use holds an array.</summary>
    public void MarkArray() => SetKind(_key, isArray: true);

    /// <summary>Goes into the inline table that is the value of the key in use.</summary>
    public (List<string> Context, string Key) BeginInline(bool inArray)
    {
        var outer = (_context, _key);
        _context = [.. _context, _key];
        _key = string.Empty;
        _implied.Add(NameOf(_context));
        AddContext(_context, inArray);
        return outer;
    }

    /// <summary>Goes back out of an inline table.</summary>
    public void EndInline((List<string> Context, string Key) outer) => (_context, _key) = outer;

    private static string NameOf(IEnumerable<string> key) => string.Join('.', key.Select(TomlWriter.Quoted));

    private static object? Finished(object? value) => value switch
    {
        Dictionary<string, object?> map => map.ToDictionary(static p => p.Key, static p => Finished(p.Value), StringComparer.Ordinal),
        List<Dictionary<string, object?>> tables => new TypedList("[]map[string]interface {}", GoType.Map, tables.ConvertAll(Finished)),
        _ => value,
    };

    private FunctionException Fail(string message) => Cursor!.Fail(message, Line);

    private void SetKind(string key, bool isArray)
    {
        var name = NameOf(key.Length > 0 ? [.. _context, key] : _context.Count > 0 ? _context : [string.Empty]);
        _ = isArray ? _arrays.Add(name) : _arrays.Remove(name);
    }

    private void AddContext(List<string> key, bool isArray)
    {
        var table = _root;
        var passed = new List<string>();
        foreach (var part in key.Take(key.Count - 1))
        {
            passed.Add(part);
            if (!table.TryGetValue(part, out var inner))
            {
                _implied.Add(NameOf(passed));
                table[part] = inner = new Dictionary<string, object?>(StringComparer.Ordinal);
            }

            table = Inside(inner) ?? throw Fail("Key '" + NameOf(passed) + "' was already created as a hash.");
        }

        var last = key[^1];
        _context = passed;
        if (isArray)
        {
            if (!table.TryGetValue(last, out var tables))
                table[last] = tables = new List<Dictionary<string, object?>>();
            if (tables is not List<Dictionary<string, object?>> list)
                throw Fail("Key '" + NameOf(key) + "' was already created and cannot be used as an array.");
            list.Add(new Dictionary<string, object?>(StringComparer.Ordinal));
        }
        else
        {
            Set(last, new Dictionary<string, object?>(StringComparer.Ordinal));
        }

        _context = [.. passed, last];
    }

    private static Dictionary<string, object?>? Inside(object? value) => value switch
    {
        List<Dictionary<string, object?>> tables => tables[^1],
        Dictionary<string, object?> map => map,
        _ => null,
    };

    private void Set(string key, object? value)
    {
        var table = _root;
        var passed = new List<string>();
        foreach (var part in _context)
        {
            passed.Add(part);
            table = Inside(table[part]) ?? throw Fail("Key '" + NameOf(passed) + "' has already been defined.");
        }

        passed.Add(key);
        if (table.TryAdd(key, value))
            return;
        var name = NameOf(passed);
        if (!_implied.Remove(name))
            throw Fail("Key '" + name + "' has already been defined.");
        if (_arrays.Contains(name))
            table[key] = value;
    }
}
