namespace GitOps;

/// <summary>Renders the charts that another format asks for, such as <c>helmCharts</c> of a kustomization, so that renderers need not know each other.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IHelmChartInflator
{
    /// <summary>Renders one chart.</summary>
    /// <param name="chart">The entry of <c>helmCharts</c>, with the kustomization's namespace filled in when the entry has none.</param>
    /// <param name="globals">The <c>helmGlobals</c> field, when there is one.</param>
    /// <param name="tree">The source's files; nothing else is read.</param>
    /// <param name="directory">The directory of the kustomization, which the chart's paths are relative to.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>The objects, in the chart's order.</returns>
    /// <exception cref="GitOpsException">The chart cannot be rendered.</exception>
    IReadOnlyList<MapNode> Inflate(MapNode chart, MapNode? globals, IFileTree tree, TreePath directory, CancellationToken cancellationToken);
}
