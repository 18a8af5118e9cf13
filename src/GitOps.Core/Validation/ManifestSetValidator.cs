namespace GitOps.Validation;

/// <summary>Checks what no server needs to be asked for: each object once, and names that Kubernetes can store.</summary>
internal sealed class ManifestSetValidator : IManifestValidator
{
    public ValueTask<IReadOnlyList<Diagnostic>> ValidateAsync(string unitName, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        var diagnostics = new List<Diagnostic>();
        var seen = new Dictionary<ResourceId, Manifest>(manifests.Count);
        foreach (var manifest in manifests)
        {
            if (!seen.TryAdd(manifest.Id, manifest))
            {
                var first = seen[manifest.Id].Origin;
                diagnostics.Add(Diagnostic.Error(
                    Reasons.ValidationFailed,
                    $"The object is there twice{(first is null ? "" : $"; the first is at {first}")}: remove one of them.",
                    manifest.Origin,
                    manifest.Id));
            }

            if (manifest.Id.Name.Length > 253 || manifest.Id.Name.AsSpan().ContainsAny("/%\0\n\r"))
            {
                diagnostics.Add(Diagnostic.Error(Reasons.ValidationFailed, "The name is longer than 253 characters or holds '/' or '%'.", manifest.Origin, manifest.Id));
            }

            if (manifest.Id.Namespace.Length > 63)
            {
                diagnostics.Add(Diagnostic.Error(Reasons.ValidationFailed, "The namespace's name is longer than 63 characters.", manifest.Origin, manifest.Id));
            }
        }

        return ValueTask.FromResult<IReadOnlyList<Diagnostic>>(diagnostics);
    }
}
