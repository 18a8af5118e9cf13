using CustomNotifier;
using GitOps.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A host whose own notifier keeps an audit file. It reconciles the folder manifests beside the program into an in-memory cluster, once.
await using var cluster = await InMemoryCluster.StartAsync();
var audit = Path.Combine(AppContext.BaseDirectory, "audit.jsonl");

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new AuditFile(audit));
builder.Services.AddGitOps()
    .AddDirectorySource("files", source => source.Directory = Path.Combine(AppContext.BaseDirectory, "manifests"))
    .AddManifests("settings", unit => unit.Source = "files")
    .AddNotifier<AuditNotifier>()
    .UseKubernetes(kubernetes => kubernetes.Kubeconfig = cluster.Kubeconfig);

using var host = builder.Build();
await host.StartAsync();
var engine = host.Services.GetRequiredService<GitOps.GitOpsEngine>();
using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
await engine.WaitAsync(units => units.All(unit => unit.IsReady), timeout.Token);

// Stopping waits until the notifiers have what happened before.
await host.StopAsync();

Console.WriteLine($"{audit}:");
Console.WriteLine(await File.ReadAllTextAsync(audit));
return 0;
