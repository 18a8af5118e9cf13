using System.Globalization;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Values;

/// <summary>Scalars where Helm wants text: numbers and booleans are printed as Go prints them.</summary>
internal static class ScalarText
{
    public static string Of(ScalarNode scalar) => scalar.Kind switch
    {
        ScalarKind.Null => "",
        ScalarKind.Boolean => scalar.AsBoolean() ? "true" : "false",
        ScalarKind.Integer => scalar.TryGetInt64(out var integer) ? integer.ToString(CultureInfo.InvariantCulture) : scalar.AsDouble().ToString("F0", CultureInfo.InvariantCulture),
        ScalarKind.Float => GoFloat.Format(scalar.AsDouble(), 'g'),
        ScalarKind.Binary => (string)YamlValues.ToValue(scalar)!,
        _ => scalar.Text,
    };
}
