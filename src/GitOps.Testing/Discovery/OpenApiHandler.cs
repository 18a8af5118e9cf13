namespace GitOps.Testing.Discovery;

/// <summary>Serves OpenAPI documents, as far as kubectl looks into them.</summary>
internal sealed class OpenApiHandler(ClusterState state)
{
    public async Task HandleAsync(RequestContext request, string[] path)
    {
        _ = state;
        _ = path;
        await Task.CompletedTask.ConfigureAwait(false);
        _ = request;
        throw ApiException.PathNotFound();
    }
}
