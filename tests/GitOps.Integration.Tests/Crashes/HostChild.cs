using System.Diagnostics;
using System.Text.Json;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Client.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GitOps.Integration.Tests.Crashes;

/// <summary>
/// A whole host that is killed: this test assembly started anew with <see cref="Variable"/> set. It obeys the lines on its standard input:
/// <c>poll</c> looks at the source, <c>arm STAGE start|stop NAME</c> makes it stand still for ever at that edge of that stage.
/// It writes <c>ready REVISION</c> when all units are, and <c>at STAGE EDGE</c> when it stands.
/// </summary>
internal static class HostChild
{
    public const string Variable = "GITOPS_TEST_HOST_CHILD";

    public static readonly string[] Units = ["infrastructure", "apps"];

    /// <param name="Kubeconfig">The kubeconfig's path; null to be a pod of the cluster.</param>
    internal sealed record Settings(string Repository, string Cache, string State, string? Kubeconfig, string Webhook)
    {
        /// <summary>Where a pod finds its service account, in the place of the folder that Kubernetes fixes.</summary>
        public string? ServiceAccountFolder { get; init; }
    }

    /// <returns>The exit code; <see langword="null"/> in a process that was not asked to.</returns>
    public static async Task<int?> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } settings)
        {
            return null;
        }

        await RunAsync(JsonSerializer.Deserialize<Settings>(settings)!);
        return 0;
    }

    private static async Task RunAsync(Settings settings)
    {
        using var stages = new StageGate();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddGitOps(o => o.StateDirectory = settings.State)
            .AddGitSource("fleet", source =>
            {
                source.Url = settings.Repository;
                source.Reference.Branch = "main";
                source.CacheDirectory = settings.Cache;
                source.Interval = TimeSpan.FromHours(1);
            })
            .AddManifests("infrastructure", u => Unit(u, "infrastructure"))
            .AddManifests("apps", u =>
            {
                Unit(u, "apps");
                u.DependsOn.Add("infrastructure");
            })
            .AddWebhook("audit", w => w.Url = new Uri(settings.Webhook))
            .UseKubernetes(k =>
            {
                k.KubeconfigPath = settings.Kubeconfig;
                k.InCluster = settings.Kubeconfig is null;
                k.MaxConcurrency = 1;
            });
        if (settings.ServiceAccountFolder is { } folder)
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(services => new KubernetesApplier(
                services.GetRequiredService<IOptions<KubernetesOptions>>().Value,
                TimeProvider.System,
                null,
                null,
                options => ClusterConnection.Open(options, TimeProvider.System, ClusterEnvironment.Process with { ServiceAccountFolder = folder }))));
        }

        using var host = builder.Build();
        var engine = host.Services.GetRequiredService<GitOpsEngine>();
        await host.StartAsync();
        var obeying = Task.Run(() => Obey(engine, stages));
        var told = "";
        while (!obeying.IsCompleted)
        {
            await engine.WaitAsync(units => ReadyAt(units) is { } now && now != told);
            told = ReadyAt(engine.GetUnits()) ?? told;
            Console.WriteLine($"ready {told}");
        }

        await host.StopAsync();
    }

    private static void Unit(UnitOptions unit, string path)
    {
        unit.Source = "fleet";
        unit.Path = path;
        unit.RetryInterval = TimeSpan.FromMilliseconds(100);
    }

    private static string? ReadyAt(IReadOnlyList<UnitStatus> units)
    {
        var revisions = units.Select(u => u.IsReady ? u.LastAppliedRevision?.Digest : null).Distinct().ToList();
        return revisions is [{ } one] ? one : null;
    }

    private static void Obey(GitOpsEngine engine, StageGate stages)
    {
        while (Console.ReadLine() is { } line)
        {
            if (line == "poll")
            {
                engine.RequestPoll("fleet");
            }
            else if (line.Split(' ') is ["arm", var stage, var edge, var name])
            {
                stages.Arm(stage, edge, name);
                Console.WriteLine("armed");
            }
        }
    }

    /// <summary>Stands still in the thread that begins or ends a stage.</summary>
    private sealed class StageGate : IDisposable
    {
        private readonly ActivityListener _listener;
        private volatile string _armed = "";

        public StageGate()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == GitOpsTelemetry.Name,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStarted = activity => Pass(activity, "start"),
                ActivityStopped = activity => Pass(activity, "stop"),
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public void Arm(string stage, string edge, string name) => _armed = $"gitops.{stage} {edge} {name}";

        public void Dispose() => _listener.Dispose();

        private void Pass(Activity activity, string edge)
        {
            var name = activity.GetTagItem("gitops.unit.name") ?? activity.GetTagItem("gitops.source.name");
            if (_armed == $"{activity.OperationName} {edge} {name}")
            {
                Console.WriteLine($"at {activity.OperationName}");
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
