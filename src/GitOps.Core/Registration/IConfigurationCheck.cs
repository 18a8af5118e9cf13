namespace GitOps;

/// <summary>Finds mistakes in a package's or host's configuration when the engine is made, so that they are reported together with all others.</summary>
public interface IConfigurationCheck
{
    /// <summary>Looks for mistakes.</summary>
    /// <returns>Each mistake, as a sentence that says where it is and what to do.</returns>
    IEnumerable<string> Check();
}
