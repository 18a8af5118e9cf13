using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GitOps.Integration.Tests.Servers;

/// <summary>A webhook that remembers what it was told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly List<Delivery> _deliveries = [];
    private LoopbackServer? _server;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="Event">The body, read as JSON.</param>
    /// <param name="Body">The body as it came.</param>
    /// <param name="Signature">The signature header's value.</param>
    internal sealed record Delivery(JsonNode Event, byte[] Body, string? Signature, string? ContentType);

    public string Url => _server!.Url.AbsoluteUri;

    public IReadOnlyList<JsonNode> Events => [.. Deliveries.Select(d => d.Event)];

    public IReadOnlyList<Delivery> Deliveries
    {
        get
        {
            lock (_deliveries)
            {
                return [.. _deliveries];
            }
        }
    }

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        receiver._server = await LoopbackServer.StartAsync(receiver.ReceiveAsync);
        return receiver;
    }

    public async Task WaitAsync(Func<IReadOnlyList<JsonNode>, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrived;
            lock (_deliveries)
            {
                arrived = _arrived.Task;
            }

            if (condition(Events))
            {
                return;
            }

            await arrived.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var delivery = new Delivery(JsonNode.Parse(body.ToArray())!, body.ToArray(), context.Request.Headers["X-Signature"], context.Request.ContentType);
        TaskCompletionSource arrived;
        lock (_deliveries)
        {
            _deliveries.Add(delivery);
            arrived = _arrived;
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrived.TrySetResult();
    }
}
