namespace GitOps.Kustomize.Schema;

/// <summary>What one build knows of kinds: Kubernetes' own, or a schema that the kustomization names instead.</summary>
/// <remarks>Like kustomize, the first kustomization of a build that names a schema decides for all of it.</remarks>
internal sealed class KubernetesSchema
{
    /// <summary>The schemas that comments of this build's files give.</summary>
    public CommentSchemas Comments { get; } = new();

    private CustomSchema? _custom;
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
        return builtIn ?? _custom.Find(apiVersion, kind);
    }

    public bool IsClusterScoped(string apiVersion, string kind)
    {
        if (BuiltInSchema.Instance.IsClusterScoped(apiVersion, kind))
        {
            return true;
        }

        if (_custom is null)
        {
            _builtInAsked = true;
            return false;
        }

        return _custom.IsClusterScoped(apiVersion, kind);
    }

    /// <summary>Takes the <c>openapi</c> field of a kustomization into account.</summary>
    public void Use(string? version, Node? document)
    {
        if (_custom is not null || _versionChosen)
        {
            return;
        }

        if (document is not null)
        {
            if (version is not null)
            {
                throw new KustomizeException("builtin version and custom schema provided, cannot use both");
            }

            _custom = CustomSchema.Read(document, _builtInAsked);
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
