using static GitOps.Testing.Kits.SourceConformance;

namespace GitOps.Testing.Kits;

/// <summary>Checks that a custom <see cref="IRenderer"/> keeps the promises that the engine relies on. Call it from a test of any framework.</summary>
public static class RendererConformance
{
    /// <summary>Checks a renderer with a request that renders and one that does not.</summary>
    /// <param name="renderer">The renderer.</param>
    /// <param name="good">A request that gives at least one object.</param>
    /// <param name="broken">A request whose input is wrong; <see langword="null"/> to leave that part out.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The check.</returns>
    /// <exception cref="ConformanceFailedException">A promise is not kept.</exception>
    public static async Task CheckAsync(IRenderer renderer, RenderRequest good, RenderRequest? broken, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        ArgumentNullException.ThrowIfNull(good);
        var first = await renderer.RenderAsync(good, cancellationToken).ConfigureAwait(false);
        Require(first.Succeeded, $"the good request must render, but gave: {string.Join("; ", first.Diagnostics)}");
        Require(first.Manifests.Count > 0, "the good request must give at least one object");

        // Rendering decides by its input alone; otherwise an unchanged commit would change the cluster.
        var second = await renderer.RenderAsync(good, cancellationToken).ConfigureAwait(false);
        Require(first.Manifests.Count == second.Manifests.Count, "rendering twice must give the same number of objects");
        for (var i = 0; i < first.Manifests.Count; i++)
        {
            Require(first.Manifests[i].Id == second.Manifests[i].Id, $"rendering twice must give the same objects in the same order, but object {i} is {first.Manifests[i].Id} and then {second.Manifests[i].Id}");
            Require(Node.DeepEquals(first.Manifests[i].Root, second.Manifests[i].Root), $"rendering {first.Manifests[i].Id} twice must give the same object");
            Require(!ReferenceEquals(first.Manifests[i].Root, second.Manifests[i].Root), $"each rendering of {first.Manifests[i].Id} must give a tree of its own");
        }

        if (broken is not null)
        {
            var failed = await renderer.RenderAsync(broken, cancellationToken).ConfigureAwait(false);
            Require(!failed.Succeeded, "the broken request must fail with a diagnostic of severity Error, not succeed");
            Require(failed.Diagnostics.All(static d => d.Reason.Length > 0 && d.Message.Length > 0), "every diagnostic must have a reason and a message");
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);
        await RequireCancelledAsync(async () => await renderer.RenderAsync(good, cancelled.Token).ConfigureAwait(false), "RenderAsync").ConfigureAwait(false);
    }
}
