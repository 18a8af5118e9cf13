namespace GitOps.Kustomize.Schema;

/// <summary>What one build knows of kinds: Kubernetes' own, or a schema that the kustomization names instead.</summary>
/// <remarks>Like kustomize, the first kustomization of a build that names a schema decides for all of it.</remarks>
internal sealed class KubernetesSchema
{
    /// <summary>The schemas that comments of this build's files give.</summary>
    public CommentSchemas Comments { get; } = new();

    // Read when it is first asked: kustomize says nothing of a broken schema that no kind needs.
    private Lazy<CustomSchema>? _custom;
    private bool _versionChosen;
    private bool _builtInAsked;

    public SchemaField? Find(string apiVersion, string kind)
    {
        if (apiVersion.Length == 0 || kind.Length == 0)
        {
            return null;
        }

        if (_custom is null)
        {
            return BuiltInSchema.Instance.Find(apiVersion, kind);
        }

        // kustomize reads its own schema too when it had to look a kind up before it was told of the custom one.
        var builtIn = _builtInAsked || apiVersion.StartsWith("kustomize.config.k8s.io/", StringComparison.Ordinal) ? BuiltInSchema.Instance.Find(apiVersion, kind) : null;
        return builtIn ?? _custom.Value.Find(apiVersion, kind);
    }

    public bool IsClusterScoped(string apiVersion, string kind)
    {
        if (BuiltInSchema.Instance.KnowsScope(apiVersion, kind))
        {
            return BuiltInSchema.Instance.IsClusterScoped(apiVersion, kind);
        }

        if (_custom is null)
        {
            _builtInAsked = true;
            return false;
        }

        return _custom.Value.IsClusterScoped(apiVersion, kind);
    }

    /// <summary>Takes the <c>openapi</c> field of a kustomization into account.</summary>
    /// <param name="version">The version of Kubernetes' own schema; null when the kustomization names none.</param>
    /// <param name="text">The text of a schema of its own; null when the kustomization names none.</param>
    /// <param name="file">The file of that text.</param>
    public void Use(string? version, string? text, string file)
    {
        if (_custom is not null || _versionChosen)
        {
            return;
        }

        if (text is not null)
        {
            if (version is not null)
            {
                throw new KustomizeException("builtin version and custom schema provided, cannot use both");
            }

            var overBuiltIn = _builtInAsked;
            _custom = new Lazy<CustomSchema>(() => CustomSchema.Read(text, file, overBuiltIn));
            return;
        }

        if (!string.IsNullOrEmpty(version))
        {
            if (version is not "v1.21.2")
            {
                throw new KustomizeException($"the specified OpenAPI version '{version}' is not built in: use v1.21.2 or name a schema file");
            }

            _versionChosen = true;
        }
    }
}
