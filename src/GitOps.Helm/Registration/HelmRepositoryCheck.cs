namespace GitOps.Helm;

/// <summary>Reports mistakes in the options of chart repositories, also of those that no release uses.</summary>
internal sealed class HelmRepositoryCheck(HelmRepositoryPool pool) : IConfigurationCheck
{
    public IEnumerable<string> Check() => pool.Check();
}
