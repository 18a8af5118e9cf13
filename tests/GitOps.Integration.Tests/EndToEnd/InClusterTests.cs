using System.Text;
using GitOps.Git;
using GitOps.Integration.Tests.Crashes;
using GitOps.Testing;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>A host as a pod: address from the environment, token and authority from the service account's files.</summary>
public sealed class InClusterTests
{
    // Fixed by Kubernetes; the client library knows no other.
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InCluster_ServiceAccountFilesAndEnvironment_Reconciles()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Https = true }, Token);
        var folder = Directory.CreateTempSubdirectory("gitops-pod-").FullName;
        using var account = new AccountFiles(cluster);
        try
        {
            using var repository = BareGitRepository.Create(Path.Combine(folder, "fleet.git"));
            var head = await repository.CommitAsync("First", Fleet.ConfigMap("infrastructure/a.yaml", "a"), Fleet.ConfigMap("apps/b.yaml", "b"));
            await using var webhook = await WebhookReceiver.StartAsync();
            var settings = new HostChild.Settings(repository.Url, Path.Combine(folder, "cache"), Path.Combine(folder, "state"), null, webhook.Url);

            await using var pod = new ChildHost(settings, ("KUBERNETES_SERVICE_HOST", cluster.Url.Host), ("KUBERNETES_SERVICE_PORT", $"{cluster.Url.Port}"));
            await pod.ReadyAsync(head);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The files that the kubelet would mount; only where there are none, and not on a machine that is a pod itself.</summary>
    private sealed class AccountFiles : IDisposable
    {
        private readonly string? _made;

        public AccountFiles(InMemoryCluster cluster)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, $"Only root on Linux may make {ServiceAccount}.");
            Assert.SkipWhen(Directory.Exists(ServiceAccount), $"{ServiceAccount} exists: this machine is a pod.");
            _made = FirstMissing(ServiceAccount);
            Directory.CreateDirectory(ServiceAccount);
            var authority = cluster.Kubeconfig.Split('\n').Single(l => l.Contains("certificate-authority-data:", StringComparison.Ordinal)).Split(": ")[1];
            File.WriteAllText(Path.Combine(ServiceAccount, "ca.crt"), Encoding.ASCII.GetString(Convert.FromBase64String(authority)));
            File.WriteAllText(Path.Combine(ServiceAccount, "token"), cluster.Token);
            File.WriteAllText(Path.Combine(ServiceAccount, "namespace"), "default");
        }

        public void Dispose()
        {
            if (_made is not null)
            {
                Directory.Delete(_made, recursive: true);
            }
        }

        private static string FirstMissing(string path)
        {
            var parent = Path.GetDirectoryName(path)!;
            return Directory.Exists(parent) ? path : FirstMissing(parent);
        }
    }
}
