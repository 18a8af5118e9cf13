namespace GitOps.Helm.Templates;

/// <summary>One run of a template: its output, variables, limits and host. Not thread-safe; functions get it to reach their context.</summary>
internal sealed partial class Execution
{
}
