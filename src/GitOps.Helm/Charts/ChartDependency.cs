namespace GitOps.Helm.Charts;

/// <summary>An entry of the dependencies in Chart.yaml or requirements.yaml. Processing changes it, so each render has its own.</summary>
internal sealed class ChartDependency
{
    public string Name { get; set; } = "";

    public string Version { get; init; } = "";

    public string Repository { get; init; } = "";

    public string Condition { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    public bool Enabled { get; set; }

    /// <summary>Strings, or maps with <c>child</c> and <c>parent</c>.</summary>
    public List<object?> ImportValues { get; set; } = [];

    public string Alias { get; init; } = "";

    public ChartDependency Clone() => (ChartDependency)MemberwiseClone();
}
