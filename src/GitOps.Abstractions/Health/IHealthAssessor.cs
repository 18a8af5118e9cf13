namespace GitOps;

/// <summary>Judges the health of live objects of some kinds.</summary>
/// <remarks>Implementations are thread-safe. Assessors are asked in the order of their registration, the built-in one last.</remarks>
public interface IHealthAssessor
{
    /// <summary>Judges an object.</summary>
    /// <param name="live">The object as the cluster holds it.</param>
    /// <returns>Its health, or <see langword="null"/> to leave it to the next assessor.</returns>
    ObjectHealth? Assess(Manifest live);
}
