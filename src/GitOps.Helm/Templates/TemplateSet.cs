namespace GitOps.Helm.Templates;

/// <summary>
/// Templates that can call each other, as Go's associated templates: parse every file, then execute any of them.
/// Parsing is not thread-safe; executing is.
/// </summary>
internal sealed partial class TemplateSet
{
    /// <summary>Makes an empty set.</summary>
    /// <param name="functions">What templates can call besides Go's built-in functions, which are always there.</param>
    /// <param name="limits">The limits of each execution.</param>
    public TemplateSet(FunctionTable functions, TemplateLimits? limits = null)
    {
        Functions = functions;
        Limits = limits ?? TemplateLimits.Default;
    }

    /// <summary>The functions.</summary>
    public FunctionTable Functions { get; }

    /// <summary>The limits of each execution.</summary>
    public TemplateLimits Limits { get; }
}
