using Microsoft.Extensions.Hosting;

namespace GitOps.Engine;

/// <summary>Runs the engine as long as the host runs. The engine, and with it the whole configuration, is made when the host starts.</summary>
internal sealed class GitOpsHostedService(GitOpsEngine engine) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => engine.RunAsync(stoppingToken);
}
