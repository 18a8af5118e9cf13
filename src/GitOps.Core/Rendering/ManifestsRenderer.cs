using GitOps.Yaml;

namespace GitOps;

/// <summary>
/// The plain YAML renderer: every <c>*.yaml</c>, <c>*.yml</c> and <c>*.json</c> below the path, in ordinal order of the paths.
/// Files may hold several documents; <c>List</c> kinds are flattened; empty documents are passed over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ManifestsRenderer : IRenderer
{
    private const int MaxDepth = 64;
    private const int MaxFiles = 20_000;

    /// <inheritdoc/>
    public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RenderCoreAsync(request, cancellationToken);
    }

    private static async ValueTask<RenderResult> RenderCoreAsync(RenderRequest request, CancellationToken cancellationToken)
    {
        var files = new List<TreePath>();
        var diagnostics = new List<Diagnostic>();
        if (request.Tree.Find(request.Path) is { Kind: TreeEntryKind.File })
        {
            files.Add(request.Path);
        }
        else
        {
            Collect(request.Tree, request.Path, files, diagnostics, 0, cancellationToken);
        }

        var manifests = new List<Manifest>();
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var content = request.Tree.Read(file);
                if (request.Decryptor is { } decryptor)
                {
                    content = await decryptor.DecryptAsync(file, content, cancellationToken).ConfigureAwait(false);
                }

                foreach (var document in YamlReader.ReadAll(content.Span, file.Value))
                {
                    ManifestReader.AddTo(manifests, document, file.Value, diagnostics);
                }
            }
            catch (YamlException e)
            {
                diagnostics.Add(Diagnostic.Error(Reasons.BuildFailed, e.Problem, e.Location));
            }
            catch (GitOpsException e)
            {
                diagnostics.Add(Diagnostic.Error(e.Reason, e.Message, e.Location ?? new SourceLocation(file.Value)));
            }
        }

        return new RenderResult(manifests, diagnostics);
    }

    private static void Collect(IFileTree tree, TreePath directory, List<TreePath> files, List<Diagnostic> diagnostics, int depth, CancellationToken cancellationToken)
    {
        if (depth > MaxDepth)
        {
            diagnostics.Add(Diagnostic.Error(Reasons.LimitExceeded, $"Directories are nested more than {MaxDepth} deep; is there a link that leads back up?", new SourceLocation(directory.Value)));
            return;
        }

        foreach (var entry in tree.List(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == TreeEntryKind.Directory)
            {
                Collect(tree, entry.Path, files, diagnostics, depth + 1, cancellationToken);
            }
            else if (entry.Kind == TreeEntryKind.File && IsManifestFile(entry.Path.Name))
            {
                if (files.Count == MaxFiles)
                {
                    diagnostics.Add(Diagnostic.Error(Reasons.LimitExceeded, $"There are more than {MaxFiles} manifest files below the path.", new SourceLocation(entry.Path.Value)));
                    return;
                }

                files.Add(entry.Path);
            }
        }
    }

    private static bool IsManifestFile(string name) =>
        name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
