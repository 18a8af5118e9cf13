namespace GitOps.Kubernetes.Client;

/// <summary>Makes the namespace in which our own records are kept, when the first of them is written.</summary>
internal static class Namespaces
{
    private static readonly ApiResource s_namespaces = new("", "v1", "Namespace", "namespaces", false);

    /// <returns><see langword="null"/> when the namespace is there now.</returns>
    public static async ValueTask<ApiError?> CreateAsync(DynamicClient client, string name, PatchOptions write, CancellationToken cancellationToken)
    {
        var body = new MapNode();
        body.Set("apiVersion", "v1");
        body.Set("kind", "Namespace");
        body.GetOrAddMap("metadata").Set("name", name);
        var made = await client.CreateAsync(s_namespaces, "", body, write, cancellationToken).ConfigureAwait(false);
        return made.Succeeded || made.Error.IsAlreadyExists ? null : made.Error;
    }
}
