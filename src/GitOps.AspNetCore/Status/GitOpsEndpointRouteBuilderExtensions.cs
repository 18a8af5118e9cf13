using GitOps;
using GitOps.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the engine's status API.</summary>
public static class GitOpsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the status API: <c>GET units</c>, <c>GET units/{name}</c>, <c>GET units/{name}/plan</c>, <c>POST units/{name}/reconcile|suspend|resume</c>,
    /// <c>GET sources</c>, <c>POST sources/{name}/poll</c>, and <c>GET events</c> as server-sent events. All answers are JSON; an unknown name is 404.
    /// </summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="prefix">The path below which the API is found.</param>
    /// <returns>The group, for instance to call <c>RequireAuthorization()</c> on it: the API changes what runs in the cluster.</returns>
    public static RouteGroupBuilder MapGitOps(this IEndpointRouteBuilder endpoints, string prefix = "/gitops")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(prefix);
        group.MapGet("/units", (GitOpsEngine engine) => Json(StatusJson.Units(engine.GetUnits())));
        group.MapGet("/units/{name}", (string name, GitOpsEngine engine) => Known(engine, name, () => Json(StatusJson.Unit(engine.GetUnit(name)))));
        group.MapGet("/units/{name}/plan", (string name, GitOpsEngine engine, CancellationToken cancellationToken) =>
            KnownAsync(engine, name, async () => Json(StatusJson.Plan(await engine.PlanAsync(name, cancellationToken).ConfigureAwait(false)))));
        group.MapPost("/units/{name}/reconcile", (string name, GitOpsEngine engine, CancellationToken cancellationToken) =>
            KnownAsync(engine, name, async () => Json(StatusJson.Unit(await engine.ReconcileAsync(name, cancellationToken).ConfigureAwait(false)))));
        group.MapPost("/units/{name}/suspend", (string name, GitOpsEngine engine) => Known(engine, name, () =>
        {
            engine.Suspend(name);
            return Json(StatusJson.Unit(engine.GetUnit(name)));
        }));
        group.MapPost("/units/{name}/resume", (string name, GitOpsEngine engine) => Known(engine, name, () =>
        {
            engine.Resume(name);
            return Json(StatusJson.Unit(engine.GetUnit(name)));
        }));
        group.MapGet("/sources", (GitOpsEngine engine) => Json(StatusJson.Sources(engine.GetSources())));
        group.MapPost("/sources/{name}/poll", async (string name, GitOpsEngine engine, CancellationToken cancellationToken) =>
            engine.GetSources().Any(s => s.Name == name)
                ? Json(StatusJson.Sources([await engine.PollSourceAsync(name, cancellationToken).ConfigureAwait(false)]))
                : Results.NotFound());
        group.MapGet("/events", StreamEventsAsync);
        return group;
    }

    private static async Task StreamEventsAsync(HttpContext context, GitOpsEngine engine)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var events = engine.ReadEventsAsync(context.RequestAborted);

        // A comment, so that the reader knows that it is subscribed before anything happens.
        await context.Response.WriteAsync(": subscribed\n\n", context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            await foreach (var gitOpsEvent in events.ConfigureAwait(false))
            {
                await context.Response.WriteAsync($"id: {gitOpsEvent.Id}\nevent: {gitOpsEvent.Reason}\ndata: ", context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(StatusJson.Event(gitOpsEvent), context.RequestAborted).ConfigureAwait(false);
                await context.Response.WriteAsync("\n\n", context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader left; that is how a stream ends.
            return;
        }
    }

    private static IResult Known(GitOpsEngine engine, string name, Func<IResult> answer) =>
        engine.GetUnits().Any(u => u.Name == name) ? answer() : Results.NotFound();

    private static async Task<IResult> KnownAsync(GitOpsEngine engine, string name, Func<Task<IResult>> answer)
    {
        if (!engine.GetUnits().Any(u => u.Name == name))
        {
            return Results.NotFound();
        }

        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (GitOpsException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status409Conflict, title: e.Reason);
        }
    }

    private static IResult Json(ReadOnlyMemory<byte> json) => Results.Bytes(json, "application/json");
}
