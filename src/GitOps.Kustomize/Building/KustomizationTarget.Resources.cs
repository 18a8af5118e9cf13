using GitOps.Kustomize.Definition;
using GitOps.Kustomize.Loading;
using GitOps.Kustomize.Resources;
using GitOps.Kustomize.Trees;
using GitOps.Yaml;

namespace GitOps.Kustomize.Building;

/// <content>Gathering resources, bases and components.</content>
internal sealed partial class KustomizationTarget
{
    private Accumulator AccumulateResources(Accumulator accumulator, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var fileError = TryAccumulateFile(accumulator, path);
            if (fileError is null)
            {
                continue;
            }

            Loader loader;
            try
            {
                loader = _loader.New(path);
            }
            catch (GitOpsException e)
            {
                if (RemoteReference.IsRemote(path) || Loader.IsRemote(path))
                {
                    // Which of the two it should have been, the URL does not say; the repository is what is usual.
                    throw e is KustomizeException && RemoteReference.IsRemote(path) ? e : RemoteReference.IsRemote(path) ? KustomizeException.Wrap($"remote base '{path}'", e) : fileError;
                }

                // A file that cannot be read is not helped by being no directory.
                throw fileError.Location is { Line: > 0 } || fileError is YamlException || fileError.Reason == Reasons.LimitExceeded
                    ? fileError
                    : new KustomizeException($"resource '{path}' of {Kustomization.File}: accumulation err='{fileError.Message}': {e.Message}", fileError.Location ?? e.Location, e);
            }

            var outer = _origin;
            _origin = outer?.Append(path);
            try
            {
                accumulator = AccumulateDirectory(accumulator, loader, component: false);
            }
            catch (GitOpsException e)
            {
                throw KustomizeException.Wrap($"resource '{path}' of {Kustomization.File}", e);
            }
            finally
            {
                _origin = outer;
            }
        }

        return accumulator;
    }

    private GitOpsException? TryAccumulateFile(Accumulator accumulator, string path)
    {
        List<Resource> resources;
        try
        {
            resources = _context.Reader.Read(_loader.Load(path, out var file), file);
            if (_origin is not null)
            {
                var origin = _origin.Append(path).ToString();
                foreach (var resource in resources)
                {
                    Tree.SetField(Tree.MapAt(Tree.MapAt(resource.Root!, "metadata"), "annotations"), BuildAnnotations.Origin, origin, ScalarKind.String);
                }
            }
        }
        catch (GitOpsException e)
        {
            return e is YamlException yaml ? new YamlException(yaml.Reason, $"MalformedYAMLError: {yaml.Problem}", yaml.Location!, yaml) : e;
        }

        foreach (var resource in resources)
        {
            accumulator.Resources.Append(resource);
        }

        return null;
    }

    private Accumulator AccumulateComponents(Accumulator accumulator)
    {
        foreach (var path in Kustomization.Components)
        {
            var outer = _origin;
            try
            {
                var loader = _loader.New(path);
                _origin = outer?.Append(path);
                accumulator = AccumulateDirectory(accumulator, loader, component: true);
            }
            catch (GitOpsException e)
            {
                throw KustomizeException.Wrap($"accumulating components: '{path}' of {Kustomization.File}", e);
            }
            finally
            {
                _origin = outer;
            }
        }

        return accumulator;
    }

    private Accumulator AccumulateDirectory(Accumulator accumulator, Loader loader, bool component)
    {
        var target = new KustomizationTarget(_context, loader, _depth + 1) { _origin = _origin };
        target.Kustomization.BuildMetadata = Kustomization.BuildMetadata;
        target._helmNamespace = Kustomization.Namespace.Length > 0 ? Kustomization.Namespace : _helmNamespace;
        target.Located(() =>
        {
            target.UseSchema();
            return true;
        });
        if (component != target.Kustomization.IsComponent)
        {
            throw new KustomizeException(component
                ? $"expected kind 'Component' for path '{loader.Root}' but got 'Kustomization'"
                : $"expected kind != 'Component' for path '{loader.Root}'",
                new SourceLocation(target.Kustomization.File));
        }

        if (component)
        {
            // A component works on what its parent has gathered, not on a set of its own.
            var own = target.Accumulate(accumulator);
            var merged = new Accumulator();
            merged.Merge(own);
            return merged;
        }

        accumulator.Merge(target.Accumulate(new Accumulator()));
        return accumulator;
    }
}
