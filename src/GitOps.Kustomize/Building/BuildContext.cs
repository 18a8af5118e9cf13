using GitOps.Kustomize.Merging;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Schema;

namespace GitOps.Kustomize;

/// <summary>What all parts of one build share. Nothing here outlives the build or is known to another one.</summary>
internal sealed class BuildContext
{
    public BuildContext(CancellationToken cancellationToken)
    {
        CancellationToken = cancellationToken;
        Schema = new KubernetesSchema();
        Reader = new ResourceReader(Schema);
        Merge = new StrategicMerge(Schema);
    }

    public CancellationToken CancellationToken { get; }

    public KubernetesSchema Schema { get; }

    public ResourceReader Reader { get; }

    public StrategicMerge Merge { get; }

    public IReadOnlyList<IKustomizeTransformer> CustomTransformers { get; init; } = [];

    public IHelmChartInflator? ChartInflator { get; init; }

    /// <summary>What the build has to say that is no failure.</summary>
    public List<Diagnostic> Warnings { get; } = [];
}
