using GitOps;
using GitOps.Testing;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuickStart;
using Spectre.Console;

// The engine end to end. Usage: dotnet run --project examples/QuickStart [-- --kubeconfig PATH]
var kubeconfigPath = args is ["--kubeconfig", var path] ? path : null;
if (kubeconfigPath is null && args.Length > 0)
{
    AnsiConsole.MarkupLine("Usage: QuickStart [[--kubeconfig PATH]]");
    return 2;
}

if (Console.IsOutputRedirected)
{
    // Without a terminal there is no width to fit into.
    AnsiConsole.Profile.Width = 160;
}

var folder = Directory.CreateTempSubdirectory("gitops-quickstart-");
try
{
    using var fleet = await FleetRepository.CreateAsync(Path.Combine(folder.FullName, "fleet.git"));
    await using var cluster = kubeconfigPath is null
        ? await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.All })
        : null;
    var kubeconfig = cluster?.Kubeconfig ?? await File.ReadAllTextAsync(kubeconfigPath!);

    var builder = Host.CreateApplicationBuilder();
    builder.Logging.ClearProviders();
    builder.Services.AddGitOps()
        .AddGitSource("fleet", source =>
        {
            source.Url = fleet.Url;
            source.Reference.Branch = "main";
            source.Interval = TimeSpan.FromSeconds(1);
            source.CacheDirectory = Path.Combine(folder.FullName, "cache");
        })
        .AddManifests("clusters", unit => unit.At("clusters/quickstart"))
        .AddKustomization("infrastructure", unit => unit.At("infrastructure").After("clusters"))
        .AddHelmRelease("cache", release =>
        {
            release.At("charts/cache").After("infrastructure");
            release.TargetNamespace = "quickstart-shared";
        })
        .AddKustomization("apps-development", unit => unit.At("apps/development").After("infrastructure"))
        .AddKustomization("apps-staging", unit => unit.At("apps/staging").After("apps-development"))
        .AddKustomization("apps-production", unit => unit.At("apps/production").After("apps-staging"))
        .UseKubernetes(kubernetes => kubernetes.Kubeconfig = kubeconfig);

    using var host = builder.Build();
    using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(kubeconfigPath is null ? 60 : 600));
    var engine = host.Services.GetRequiredService<GitOpsEngine>();
    using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(kubeconfig));
    using var kubernetes = new Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(stream));
    await using var screen = new Screen(engine);
    var scenario = new Scenario(engine, fleet, kubernetes, screen, stop.Token);

    screen.Title(fleet.Url, kubernetes.BaseUri.ToString());
    await using var standIn = cluster is null ? await WorkloadStandIn.StartIfAloneAsync(kubernetes, stop.Token) : null;
    if (standIn is not null)
    {
        screen.Note("this API server has no nodes: the example itself reports Deployments as available");
    }

    await host.StartAsync(stop.Token);
    await scenario.RunAsync();
    await host.StopAsync(CancellationToken.None);
    if (cluster is null)
    {
        screen.Note("left in the cluster: the namespaces quickstart-* and, in gitops-system, the inventories of the six units");
    }

    await screen.FinishAsync();
    return 0;
}
catch (Exception e) when (e is ScenarioException or GitOpsException or GitOpsConfigurationException or IOException or HttpRequestException or k8s.Exceptions.KubeConfigException or k8s.Autorest.HttpOperationException)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
    return 1;
}
finally
{
    folder.Delete(recursive: true);
}
