using GitOps.Kustomize.Building;
using GitOps.Kustomize.Loading;
using GitOps.Substitution;

namespace GitOps.Kustomize;

/// <summary>
/// Renders a kustomization as kustomize 5.8 does, in input order. A directory without a kustomization file is taken as one of all the YAML files
/// in and below it.
/// </summary>
/// <remarks>
/// Thread-safe: renders share nothing and take no lock. <see cref="RenderRequest.Options"/> is a <see cref="KustomizeOptions"/>, or null for the
/// options given here.
/// </remarks>
public sealed class KustomizeRenderer : IRenderer
{
    private readonly KustomizeOptions _options;

    /// <summary>Makes a renderer.</summary>
    /// <param name="options">The options of requests that bring none; <see langword="null"/> for the defaults.</param>
    public KustomizeRenderer(KustomizeOptions? options = null) => _options = options ?? KustomizeOptions.Default;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request's options are of another type.</exception>
    public ValueTask<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var options = request.Options switch
        {
            null => _options,
            KustomizeOptions given => given,
            var other => throw new ArgumentException($"The options of a kustomize unit are {nameof(KustomizeOptions)}, not {other.GetType().Name}.", nameof(request)),
        };
        cancellationToken.ThrowIfCancellationRequested();
        var tree = request.Decryptor is { } decryptor ? new DecryptingFileTree(request.Tree, decryptor, cancellationToken) : request.Tree;
        return request.Decryptor is not null || options.RemoteResolver is not null
            ? new ValueTask<RenderResult>(Task.Run(() => Render(tree, request.Path, options, cancellationToken), cancellationToken))
            : ValueTask.FromResult(Render(tree, request.Path, options, cancellationToken));
    }

    private static RenderResult Render(IFileTree tree, TreePath path, KustomizeOptions options, CancellationToken cancellationToken)
    {
        var remote = options.RemoteResolver is { } resolver ? new NotingResolver(resolver) : null;
        options = options with { RemoteResolver = remote };
        try
        {
            var resources = KustomizeBuild.Build(tree, path, options, legacyOrder: false, UnitOverlay.Generate(tree, path), cancellationToken);
            var substitution = options.Substitutions is { } values ? new VariableSubstitution(values, options.StrictSubstitution) : null;
            var manifests = new List<Manifest>(resources.Count);
            foreach (var resource in resources.Items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (resource.Kind == "Kustomization" && resource.ApiVersion.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal))
                {
                    continue;
                }

                // A build lets one label value stand in several maps; a manifest is a tree of its own.
                var root = (MapNode)Trees.JsonTree.Normalize(resource.Root!);
                SetAll(root, "labels", options.CommonLabels);
                SetAll(root, "annotations", options.CommonAnnotations);
                manifests.Add(new Manifest(substitution is null ? root : substitution.Apply(root, resource.Source), resource.Source));
            }

            return RenderResult.Success(manifests) with { ReadsOutsideTheTree = remote?.WasAsked == true };
        }
        catch (GitOpsException e)
        {
            return RenderResult.Failure(Diagnostic.Error(e.Reason, e.Message, e.Location));
        }
        catch (ArgumentException e)
        {
            return RenderResult.Failure(Diagnostic.Error(Reasons.BuildFailed, e.Message));
        }
    }

    private static void SetAll(MapNode root, string field, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        var map = root.GetOrAddMap("metadata").GetOrAddMap(field);
        foreach (var key in values.Keys.Order(StringComparer.Ordinal))
        {
            map.Set(key, values[key]);
        }
    }

    /// <summary>Notes whether a remote base was asked for.</summary>
    private sealed class NotingResolver(IRemoteResolver resolver) : IRemoteResolver
    {
        private volatile bool _wasAsked;

        public bool WasAsked => _wasAsked;

        public ValueTask<IFileTree> FetchRepositoryAsync(RemoteRepository repository, CancellationToken cancellationToken)
        {
            _wasAsked = true;
            return resolver.FetchRepositoryAsync(repository, cancellationToken);
        }

        public ValueTask<ReadOnlyMemory<byte>?> FetchFileAsync(Uri file, CancellationToken cancellationToken)
        {
            _wasAsked = true;
            return resolver.FetchFileAsync(file, cancellationToken);
        }
    }
}
