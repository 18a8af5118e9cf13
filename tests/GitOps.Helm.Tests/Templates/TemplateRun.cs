using GitOps.Helm.Functions;
using GitOps.Helm.Templates;

namespace GitOps.Helm.Tests.Templates;

/// <summary>Runs one template text with Helm's functions.</summary>
internal static class TemplateRun
{
    public static string Render(string text, object? data = null, TemplateLimits? limits = null, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        var set = new TemplateSet(HelmFunctions.Table, limits);
        set.Parse("main", text);
        return set.Execute("main", data, options ?? new RunOptions(), cancellationToken);
    }

    public static Dictionary<string, object?> Map(params (string Key, object? Value)[] entries)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            map[key] = value;
        return map;
    }
}
