namespace GitOps;

/// <summary>Options of a unit of plain YAML files: every <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> below the path.</summary>
public sealed class ManifestsOptions : UnitOptions;
