using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Values;

/// <summary>Lays values sources over each other.</summary>
internal sealed class ValuesBuilder
{
    private readonly Func<string, string?> _readFile;
    private Dictionary<string, object?> _values = ValueTree.NewMap();

    /// <summary>Makes an empty builder.</summary>
    /// <param name="readFile">Reads a file; null when there is none.</param>
    public ValuesBuilder(Func<string, string?> readFile) => _readFile = readFile;

    public Dictionary<string, object?> Values => _values;

    /// <summary>Lays a source over what is there; references must have been resolved.</summary>
    /// <exception cref="HelmException">The source cannot be read.</exception>
    public void Add(HelmValuesSource source)
    {
        switch (source)
        {
            case HelmValuesFile file:
                if (_readFile(file.Path) is { } text)
                {
                    AddYaml(text, file.Path);
                }
                else if (!file.Optional)
                {
                    throw new HelmException(Reasons.NotFound, NotFound(file.Path));
                }

                break;
            case HelmValuesText inline:
                AddYaml(inline.Yaml, inline.Name);
                break;
            case HelmValuesTree tree:
                _values = ValueTree.Merge(_values, YamlValues.ToMap(tree.Values));
                break;
            case HelmSetValue set:
                AddExpression(set);
                break;
            default:
                throw new InvalidOperationException($"{source.GetType().Name} must be resolved first.");
        }
    }

    /// <summary>Lays the text of a ConfigMap's or Secret's key over what is there.</summary>
    public void Add(HelmValuesReference reference, string text)
    {
        if (reference.TargetPath is not { } path)
        {
            AddYaml(text, $"{reference.Kind} {reference.Name}, key {reference.Key}");
            return;
        }

        var kind = reference.Literal ? SetValueKind.Literal : SetValueKind.Typed;
        if (!reference.Literal && ((text.StartsWith('\'') && text.EndsWith('\'')) || (text.StartsWith('"') && text.EndsWith('"'))))
        {
            // Quotes force a string, as in Flux.
            text = text.Trim('\'', '"');
            kind = SetValueKind.String;
        }

        try
        {
            SetParser.ParseInto($"{path}={text}", kind, _values);
        }
        catch (SetSyntaxException e)
        {
            // The text may be secret: the message names its place only.
            throw new HelmException($"the value of {reference.Kind} {reference.Name}, key {reference.Key} cannot be set at '{path}'", e);
        }
    }

    private void AddYaml(string text, string name)
    {
        try
        {
            _values = ValueTree.Merge(_values, YamlValues.ReadValues(text));
        }
        catch (HelmException e)
        {
            throw new HelmException($"failed to parse {name}: {e.Message}", e);
        }
    }

    private void AddExpression(HelmSetValue set)
    {
        var flag = set.Kind switch
        {
            SetValueKind.String => "--set-string",
            SetValueKind.Json => "--set-json",
            SetValueKind.File => "--set-file",
            SetValueKind.Literal => "--set-literal",
            _ => "--set",
        };
        try
        {
            if (set.Kind == SetValueKind.Json && set.Expression.AsSpan().TrimStart().StartsWith('{'))
            {
                _values = ValueTree.Merge(_values, ReadObject(set.Expression));
                return;
            }

            SetParser.ParseInto(set.Expression, set.Kind, _values, ReadForSet);
        }
        catch (SetSyntaxException e)
        {
            throw new HelmException(set.Kind == SetValueKind.Json ? $"failed parsing --set-json data {set.Expression}" : $"failed parsing {flag} data: {e.Message}", e);
        }
    }

    private static Dictionary<string, object?> ReadObject(string expression)
    {
        try
        {
            return (Dictionary<string, object?>)GoJsonReader.Read(expression)!;
        }
        catch (FunctionException e)
        {
            throw new HelmException($"failed parsing --set-json data JSON: {expression}", e);
        }
    }

    private string ReadForSet(string path) => _readFile(path) ?? throw new SetSyntaxException(NotFound(path));

    /// <summary>Helm takes a path for an address first, so a path that is none fails as one.</summary>
    private static string NotFound(string path) => GoUrl.TryParse(path, out _, out var error) ? $"open {path}: no such file or directory" : error;
}
