namespace GitOps.Kustomize;

/// <summary>Renders the charts of <c>helmCharts</c>; without one, a kustomization with charts is refused.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IHelmChartInflator
{
    /// <summary>Renders one chart.</summary>
    /// <param name="chart">The entry of <c>helmCharts</c>, with the kustomization's namespace filled in when the entry has none.</param>
    /// <param name="globals">The <c>helmGlobals</c> field, when there is one.</param>
    /// <param name="tree">The source's files.</param>
    /// <param name="directory">The directory of the kustomization, which the chart's paths are relative to.</param>
    /// <returns>The objects, in the chart's order.</returns>
    /// <exception cref="GitOpsException">The chart cannot be rendered.</exception>
    IReadOnlyList<MapNode> Inflate(MapNode chart, MapNode? globals, IFileTree tree, TreePath directory);
}
