using GitOps.Helm.Charts;
using GitOps.Helm.Templates;

namespace GitOps.Helm;

/// <summary>
/// The Helm renderer: the path is a chart's directory or a packaged chart (.tgz); <see cref="RenderRequest.Options"/> is a <see cref="HelmOptions"/> or nothing.
/// </summary>
/// <remarks>
/// Thread-safe. Loaded charts and their parsed templates are kept by the digest of their files, so a chart that did not change is parsed once.
/// The result holds CRDs and objects in Helm's install order, and the hooks that run at installation and upgrade. Tests are left out.
/// </remarks>
public sealed class HelmRenderer : IRenderer
{
    private readonly ChartCache _charts = new();

    /// <inheritdoc/>
    public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var options = request.Options switch
        {
            null => new HelmOptions(),
            HelmOptions given => given,
            var other => throw new ArgumentException($"The options of a Helm unit must be {nameof(HelmOptions)}, not {other.GetType().Name}.", nameof(request)),
        };
        return RenderCoreAsync(request, options with { ReleaseName = options.ReleaseName ?? request.UnitName }, cancellationToken);
    }

    private async ValueTask<RenderResult> RenderCoreAsync(RenderRequest request, HelmOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var chart = Load(request, options, cancellationToken);
            var asked = false;
            if (options.Lookup is { } lookup)
            {
                options = options with
                {
                    Lookup = (apiVersion, kind, place, name, token) =>
                    {
                        asked = true;
                        return lookup(apiVersion, kind, place, name, token);
                    },
                };
            }

            options = options with { Values = await ReadFilesAsync(request, options.Values, cancellationToken).ConfigureAwait(false) };
            var release = await HelmTemplate.RenderAsync(chart, options, path => ReadText(request, path), keepTrees: true, cancellationToken).ConfigureAwait(false);
            return ReleaseManifests.Read(release) with { ReadsOutsideTheTree = asked || options.EnableDns || options.Values.Any(v => v is HelmValuesReference) };
        }
        catch (GitOpsException e)
        {
            return RenderResult.Failure(Diagnostic.Error(e.Reason, e.Message, e.Location ?? new SourceLocation(request.Path.Value)));
        }
    }

    private HelmChart Load(RenderRequest request, HelmOptions options, CancellationToken cancellationToken)
    {
        if (request.Tree.Find(request.Path) is { Kind: TreeEntryKind.File })
        {
            var files = ChartArchive.Read(request.Tree.Read(request.Path), options.Limits, cancellationToken);
            ChartLoader.CheckApiVersion(files);
            return _charts.GetOrLoad(files, options.Limits, cancellationToken);
        }

        return _charts.GetOrLoad(ChartLoader.ReadDirectory(request.Tree, request.Path, options.Limits, cancellationToken), options.Limits, cancellationToken);
    }

    /// <summary>Values files may be encrypted, and only here is there a way to wait for the decryptor.</summary>
    private static async ValueTask<IReadOnlyList<HelmValuesSource>> ReadFilesAsync(RenderRequest request, IReadOnlyList<HelmValuesSource> sources, CancellationToken cancellationToken)
    {
        var read = new List<HelmValuesSource>(sources.Count);
        foreach (var source in sources)
        {
            if (source is HelmValuesFile file && request.Decryptor is { } decryptor
                && TreePath.Root.TryCombine(file.Path, out var path) && request.Tree.Find(path) is { Kind: TreeEntryKind.File })
            {
                var content = await decryptor.DecryptAsync(path, request.Tree.Read(path), cancellationToken).ConfigureAwait(false);
                read.Add(new HelmValuesText(GoText.FromBytes(content.Span), file.Path));
            }
            else
            {
                read.Add(source);
            }
        }

        return read;
    }

    private static string? ReadText(RenderRequest request, string file) =>
        TreePath.Root.TryCombine(file, out var path)
            ? request.Tree.Find(path) is { Kind: TreeEntryKind.File } ? GoText.FromBytes(request.Tree.Read(path).Span) : null
            : throw new HelmException(Reasons.NotFound, $"the values file '{file}' is outside the source: use a path relative to its root");
}
