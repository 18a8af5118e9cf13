using GitOps.Git;
using GitOps.Integration.Tests.Crashes;
using GitOps.Integration.Tests.Servers;
using GitOps.Testing;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A host as a pod: address from the environment, token and authority from the service account's files.</summary>
public sealed class InClusterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InCluster_ServiceAccountFilesAndEnvironment_Reconciles()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Https = true }, Token);
        var folder = Directory.CreateTempSubdirectory("gitops-pod-").FullName;
        try
        {
            using var repository = BareGitRepository.Create(Path.Combine(folder, "fleet.git"));
            var head = await repository.CommitAsync("First", Fleet.ConfigMap("infrastructure/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
            await using var webhook = await WebhookReceiver.StartAsync();
            var settings = new HostChild.Settings(repository.Url, Path.Combine(folder, "cache"), Path.Combine(folder, "state"), null, webhook.Url)
            {
                ServiceAccountFolder = await WriteServiceAccountAsync(folder, cluster),
            };

            await using var pod = new ChildHost(settings, ("KUBERNETES_SERVICE_HOST", cluster.Url.Host), ("KUBERNETES_SERVICE_PORT", $"{cluster.Url.Port}"));
            await pod.ReadyAsync(head);
        }
        finally
        {
            Fleet.Remove(folder);
        }
    }

    /// <summary>Writes the files that the kubelet would mount.</summary>
    private static async Task<string> WriteServiceAccountAsync(string folder, InMemoryCluster cluster)
    {
        var account = Directory.CreateDirectory(Path.Combine(folder, "serviceaccount")).FullName;
        var authority = cluster.Kubeconfig.Split('\n').Single(l => l.Contains("certificate-authority-data:", StringComparison.Ordinal)).Split(": ")[1];
        await File.WriteAllBytesAsync(Path.Combine(account, "ca.crt"), Convert.FromBase64String(authority), Token);
        await File.WriteAllTextAsync(Path.Combine(account, "token"), cluster.Token, Token);
        await File.WriteAllTextAsync(Path.Combine(account, "namespace"), "default", Token);
        return account;
    }
}
