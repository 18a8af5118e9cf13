using System.Globalization;

namespace GitOps.Conformance.Tests.Kustomize;

/// <summary>Counts the cases of a theory and prints the count when all have run.</summary>
public sealed class PassCount : IDisposable
{
    private int _run;
    private int _passed;

    /// <summary>Says that a case runs.</summary>
    public void Start() => Interlocked.Increment(ref _run);

    /// <summary>Says that a case has passed.</summary>
    public void Pass() => Interlocked.Increment(ref _passed);

    /// <inheritdoc/>
    public void Dispose() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kustomize conformance: {_passed} of {_run} cases pass in both orders"));
}
