using Microsoft.Extensions.Hosting;

namespace GitOps.Engine;

/// <summary>Runs the engine as long as the host runs. The engine, and with it the whole configuration, is made when the host starts.</summary>
internal sealed class GitOpsHostedService(GitOpsEngine engine) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);

        // What was told before the stop still reaches the notifiers, as long as the host's shutdown time allows.
        await engine.DrainNotificationsAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => engine.RunAsync(stoppingToken);
}
