using System.Globalization;
using System.Text;
using GitOps.Kustomize.Building;
using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Replacing;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Transformers;

/// <summary>Puts the values of <c>vars</c> where <c>$(NAME)</c> stands.</summary>
internal sealed class VarTransformer : ITransformer
{
    private readonly Dictionary<string, ScalarNode?> _values = new(StringComparer.Ordinal);
    private readonly List<FieldSpec> _specs;

    public VarTransformer(Accumulator accumulator)
    {
        _specs = accumulator.Config.VarReferences;
        foreach (var variable in accumulator.Vars)
        {
            _values[variable.Name] = Find(accumulator.Resources, variable);
        }
    }

    public void Transform(ResourceSet resources)
    {
        if (_values.Count == 0)
        {
            return;
        }

        foreach (var resource in resources.Items)
        {
            foreach (var spec in _specs)
            {
                FieldWalk.Visit(resource, spec, FieldWalk.Made.Nothing, Set);
            }
        }

        resources.Touch();
    }

    private static ScalarNode? Find(ResourceSet resources, Var variable)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.VarNames.Contains(variable.Name))
            {
                var node = FieldPath.LookUp(resource.Root!, FieldPath.Parse(variable.FieldPath))
                    ?? throw new KustomizeException($"field '{variable.FieldPath}' specified in var '{variable.Name}' not found in corresponding resource {resource}{ResourceSet.At(resource)}", resource.Source);
                return node as ScalarNode;
            }
        }

        throw new KustomizeException($"var '{variable.Name}' cannot be mapped to a field in the set of known resources");
    }

    private void Set(Node node)
    {
        switch (node)
        {
            case ScalarNode scalar:
                SetScalar(scalar);
                break;
            case MapNode map:
                for (var i = 0; i < map.Count; i++)
                {
                    ref readonly var entry = ref map.EntryAt(i);
                    if (entry.KeyKind != ScalarKind.String)
                    {
                        throw new KustomizeException($"invalid map key: value='{entry.Key}'");
                    }

                    if (entry.Value is ScalarNode value)
                    {
                        SetScalar(value);
                    }
                }

                break;
            default:
                foreach (var item in (ListNode)node)
                {
                    if (item is not ScalarNode text || !IsText(text))
                    {
                        throw new KustomizeException("invalid value type expect a string");
                    }

                    SetScalar(text);
                }

                break;
        }
    }

    private void SetScalar(ScalarNode scalar)
    {
        if (!IsText(scalar))
        {
            return;
        }

        if (!scalar.Text.Contains('$', StringComparison.Ordinal))
        {
            scalar.Become(ScalarKind.String, scalar.Text, ScalarStyle.Plain, ScalarTag.Given);
            return;
        }

        var whole = Expand(scalar.Text, out var text);
        if (whole is null)
        {
            scalar.Become(ScalarKind.String, text, ScalarStyle.Plain, ScalarTag.Given);
            return;
        }

        var kind = whole.Kind is ScalarKind.Integer or ScalarKind.Float or ScalarKind.Boolean ? whole.Kind : ScalarKind.String;
        scalar.Become(kind, kind == ScalarKind.Integer ? GoNumber.FormatInteger(whole) : whole.Text, ScalarStyle.Plain, ScalarTag.Given);
    }

    // What has no tag counts as text here, whatever it looks like.
    private static bool IsText(ScalarNode scalar) => scalar.Kind == ScalarKind.String || scalar.Tag == ScalarTag.None;

    /// <summary>Expands the references of a text; a text that is one reference gives the value itself.</summary>
    private ScalarNode? Expand(string input, out string text)
    {
        var result = new StringBuilder();
        var checkpoint = 0;
        for (var cursor = 0; cursor < input.Length; cursor++)
        {
            if (input[cursor] != '$' || cursor + 1 >= input.Length)
            {
                continue;
            }

            result.Append(input, checkpoint, cursor - checkpoint);
            var (read, isVar, advance) = ReadName(input.AsSpan(cursor + 1));
            if (isVar)
            {
                var value = _values.GetValueOrDefault(read);
                if (value is not null && advance == input.Length - 1 && cursor == 0)
                {
                    text = value.Text;
                    return value;
                }

                result.Append(value is null ? $"$({read})" : Format(value));
            }
            else
            {
                result.Append(read);
            }

            cursor += advance;
            checkpoint = cursor + 1;
        }

        text = result.Append(input, checkpoint, input.Length - checkpoint).ToString();
        return null;
    }

    private static string Format(ScalarNode value) => value.Kind switch
    {
        ScalarKind.Integer => GoNumber.FormatInteger(value),
        ScalarKind.Float => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.Text,
    };

    private static (string Read, bool IsVar, int Advance) ReadName(ReadOnlySpan<char> input)
    {
        switch (input[0])
        {
            case '$':
                return ("$", false, 1);
            case '(':
                var end = input.IndexOf(')');
                return end > 0 ? (input[1..end].ToString(), true, end + 1) : ("$(", false, 1);
            default:
                return ($"${input[0]}", false, 1);
        }
    }
}
