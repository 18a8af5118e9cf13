using System.Text;
using GitOps.Helm.Charts;
using GitOps.Helm.Templates;
using GitOps.Helm.Values;

namespace GitOps.Helm.Schema;

/// <summary>Checks the values of a chart and its subcharts against their values.schema.json.</summary>
internal static class ChartSchemas
{
    /// <summary>Checks.</summary>
    /// <exception cref="HelmException">Some value breaks a schema; the message lists charts and JSON pointers.</exception>
    public static void Validate(Chart chart, Dictionary<string, object?> values, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        Validate(chart, values, text, cancellationToken);
        if (text.Length > 0)
        {
            throw new HelmException(Reasons.ValidationFailed, $"values don't meet the specifications of the schema(s) in the following chart(s):\n{text}");
        }
    }

    private static void Validate(Chart chart, Dictionary<string, object?> values, StringBuilder text, CancellationToken cancellationToken)
    {
        if (chart.Schema is { } schema && Check(schema, values, cancellationToken) is { } problem)
        {
            text.Append(chart.Name).Append(":\n").Append(problem).Append('\n');
        }

        foreach (var child in chart.Dependencies)
        {
            switch (values.GetValueOrDefault(child.Name))
            {
                case null:
                    break;
                case Dictionary<string, object?> childValues:
                    Validate(child, childValues, text, cancellationToken);
                    break;
                case var other:
                    text.Append(child.Name).Append(":\ninvalid type for values: expected object (map), got ").Append(ValueTree.GoTypeName(other)).Append('\n');
                    break;
            }
        }
    }

    private static string? Check(byte[] schema, Dictionary<string, object?> values, CancellationToken cancellationToken)
    {
        try
        {
            return SchemaValidator.Validate(SchemaCache.Get(schema), values, cancellationToken)?.ToString();
        }
        catch (SchemaException e)
        {
            return e.Message;
        }
        catch (FunctionException e)
        {
            return e.Message;
        }
    }
}
