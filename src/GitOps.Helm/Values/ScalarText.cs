using GitOps.Yaml;

namespace GitOps.Helm.Values;

/// <summary>Scalars where Helm wants text: numbers and booleans are printed as Go prints them.</summary>
internal static class ScalarText
{
    public static string Of(ScalarNode scalar) => scalar.Kind switch
    {
        ScalarKind.Null => "",
        ScalarKind.Boolean => scalar.AsBoolean() ? "true" : "false",
        ScalarKind.Integer => GoNumber.FormatInteger(scalar),
        ScalarKind.Float => GoNumber.FormatG(scalar.AsDouble()),
        ScalarKind.Binary => (string)YamlValues.ToValue(scalar)!,
        _ => scalar.Text,
    };
}
