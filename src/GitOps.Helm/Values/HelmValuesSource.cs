namespace GitOps.Helm;

/// <summary>Where some of a release's values come from. Sources are laid over each other in order: the later one wins.</summary>
public abstract record HelmValuesSource
{
    private protected HelmValuesSource()
    {
    }
}
