using GitOps.AspNetCore;
using GitOps.Testing;

// A complete web host: everything the engine does stands in appsettings.json, the API is below /gitops, health below /health.
// Without Kubernetes:KubeconfigPath in the configuration it runs against an in-memory cluster.
var builder = WebApplication.CreateBuilder(args);
var section = builder.Configuration.GetSection("GitOps");
await using var cluster = section["Kubernetes:KubeconfigPath"] is null ? await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Controllers = ClusterControllers.All }) : null;

builder.Services.AddGitOps(section)
    .AddGit()
    .AddKustomize()
    .AddHelm()
    .AddNotifications()
    .UseKubernetes(kubernetes => kubernetes.Kubeconfig ??= cluster?.Kubeconfig);
builder.Services.AddHealthChecks().AddGitOps();

var app = builder.Build();

// The API changes what runs in the cluster: a real host calls RequireAuthorization() on the group.
app.MapGitOps();
app.MapHealthChecks("/health");
if (app.Configuration["Receiver:Secret"] is { Length: > 0 } secret)
{
    app.MapGitOpsReceiver("/hook/podinfo", receiver =>
    {
        receiver.Type = ReceiverType.GitHub;
        receiver.Secret = secret;
        receiver.Sources.Add("podinfo");
    });
}

await app.RunAsync();
