using GitOps.Telemetry;

namespace GitOps.Engine;

/// <summary>Renders and validates one unit, and keeps the last good result until something that was read for it changes.</summary>
internal sealed class UnitRendering(string unit, string source, UnitDefinition definition, IReadOnlyList<IManifestValidator> validators, ISecretDecryptor? decryptor, EngineContext context, UnitReport report)
{
    private readonly TreePath _path = TreePath.Parse(definition.Options.Path);
    private RenderCache? _last;

    /// <summary>Whether rendering a tree would give what it gave before.</summary>
    public bool IsCurrent(IFileTree tree) => _last?.IsCurrent(tree) == true;

    /// <summary>The manifests at a revision, checked; those of before when nothing that they were made from has changed.</summary>
    public async Task<(RenderResult Result, IReadOnlyList<Diagnostic> Diagnostics)> RunAsync(Artifact artifact, CancellationToken cancellationToken)
    {
        if (_last is { } cached && cached.IsCurrent(artifact.Tree))
        {
            return (cached.Result, []);
        }

        var recording = new RecordingFileTree(artifact.Tree);
        RenderResult result;
        using (var stage = Stage.Start(Stage.Render, GitOpsTelemetry.Tags.Unit, unit, context.Metrics, context.Time))
        {
            var request = new RenderRequest(unit, recording, _path) { Options = definition.RenderOptions, Decryptor = decryptor, Revision = artifact.Revision };
            result = artifact.Tree.Find(_path) is null
                ? RenderResult.Failure(Diagnostic.Error(Reasons.NotFound, $"The path '{_path}' does not exist in source '{source}' at {artifact.Revision}: check the unit's Path.", new SourceLocation(_path.Value)))
                : await definition.Renderer.RenderAsync(request, cancellationToken).ConfigureAwait(false);
            report.Rendered();
            if (!result.Succeeded)
            {
                stage.Fail(Reasons.BuildFailed);
                return (result, result.Diagnostics);
            }

            stage.Succeed();
        }

        using (var stage = Stage.Start(Stage.Validate, GitOpsTelemetry.Tags.Unit, unit, context.Metrics, context.Time))
        {
            var diagnostics = new List<Diagnostic>(result.Diagnostics);
            IReadOnlyList<Manifest> all = result.Hooks.Count == 0 ? result.Manifests : [.. result.Manifests, .. result.Hooks.Select(h => h.Manifest)];
            foreach (var validator in validators)
            {
                diagnostics.AddRange(await validator.ValidateAsync(unit, all, cancellationToken).ConfigureAwait(false));
            }

            if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
            {
                stage.Fail(Reasons.ValidationFailed);
                return (result, diagnostics);
            }

            stage.Succeed();
            _last = new RenderCache(recording.GetReads(), result);
            report.Trace(Stage.Render, artifact, Reasons.Progressing, $"Rendered {result.Manifests.Count} objects from {_path} at {artifact.Revision}.");
            return (result, diagnostics);
        }
    }
}
