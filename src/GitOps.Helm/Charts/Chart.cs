namespace GitOps.Helm.Charts;

/// <summary>
/// A chart with its subcharts. The loader makes one for keeps; a render works on a <see cref="CloneForRender"/>, because processing
/// dependencies renames charts, drops them and rewrites their values.
/// </summary>
internal sealed class Chart
{
    private List<Chart> _dependencies = [];

    public ChartMetadata Metadata { get; set; } = new();

    public ChartLock? Lock { get; set; }

    public IReadOnlyList<ChartFile> Templates { get; set; } = [];

    /// <summary>The default values; never changed in place.</summary>
    public Dictionary<string, object?> Values { get; set; } = new(StringComparer.Ordinal);

    public byte[]? Schema { get; set; }

    /// <summary>Everything that is no template, values or metadata.</summary>
    public IReadOnlyList<ChartFile> Files { get; set; } = [];

    public Chart? Parent { get; private set; }

    public IReadOnlyList<Chart> Dependencies => _dependencies;

    public string Name => Metadata.Name;

    public bool IsRoot => Parent is null;

    /// <summary>The names of the chart and all above it: <c>root/charts/child</c>. An alias stands in place of the name.</summary>
    public string FullPath => Parent is null ? Name : $"{Parent.FullPath}/charts/{Name}";

    public void SetDependencies(IEnumerable<Chart> charts)
    {
        _dependencies = [];
        foreach (var chart in charts)
        {
            AddDependency(chart);
        }
    }

    public void AddDependency(Chart chart)
    {
        chart.Parent = this;
        _dependencies.Add(chart);
    }

    /// <summary>A copy that shares metadata and dependencies with this chart.</summary>
    public Chart ShallowCopy()
    {
        var copy = (Chart)MemberwiseClone();
        copy._dependencies = [.. _dependencies];
        return copy;
    }

    /// <summary>A copy of the whole tree of charts; files and values are shared, for they do not change.</summary>
    public Chart CloneForRender()
    {
        var clone = (Chart)MemberwiseClone();
        clone.Parent = null;
        clone.Metadata = Metadata.Clone();
        clone._dependencies = new List<Chart>(_dependencies.Count);
        foreach (var dependency in _dependencies)
        {
            clone.AddDependency(dependency.CloneForRender());
        }

        return clone;
    }

    /// <summary>The files in crds/ of the chart and its subcharts.</summary>
    public IEnumerable<(string Path, ChartFile File)> CustomResourceDefinitions()
    {
        foreach (var file in Files)
        {
            if (file.Name.StartsWith("crds/", StringComparison.Ordinal) && IsManifest(file.Name))
            {
                yield return (GoPath.Clean($"{FullPath}/{file.Name}"), file);
            }
        }

        foreach (var found in _dependencies.SelectMany(d => d.CustomResourceDefinitions()))
        {
            yield return found;
        }
    }

    private static bool IsManifest(string name)
    {
        var extension = Path.GetExtension(name.AsSpan());
        return extension.Equals(".yaml", StringComparison.OrdinalIgnoreCase)
            || extension.Equals(".yml", StringComparison.OrdinalIgnoreCase)
            || extension.Equals(".json", StringComparison.OrdinalIgnoreCase);
    }
}
