using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace GitOps.Integration.Tests.Servers;

/// <summary>etcd and kube-apiserver from the folder that KUBEBUILDER_ASSETS names, or that <c>eng/envtest.sh</c> left in the user's cache.</summary>
public sealed class RealCluster : ITestCluster, IAsyncLifetime
{
    private const string Token = "test-admin-token";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "gitops-envtest-" + Guid.NewGuid().ToString("N"));
    private readonly List<Process> _processes = [];

    public string? SkipReason { get; private set; }

    public string Kubeconfig { get; private set; } = "";

    public bool HasControllers => false;

    public async ValueTask InitializeAsync()
    {
        if (FindAssets() is not { } assets)
        {
            SkipReason = "There is no real API server: run eng/envtest.sh and set KUBEBUILDER_ASSETS to the folder it prints.";
            return;
        }

        Directory.CreateDirectory(_folder);
        var (etcd, peer, secure) = (FreePort(), FreePort(), FreePort());
        Start(Path.Combine(assets, "etcd"),
            "--data-dir", Path.Combine(_folder, "etcd"), "--unsafe-no-fsync",
            "--listen-client-urls", Local("http", etcd), "--advertise-client-urls", Local("http", etcd),
            "--listen-peer-urls", Local("http", peer), "--initial-advertise-peer-urls", Local("http", peer), "--initial-cluster", $"default={Local("http", peer)}");

        var key = Path.Combine(_folder, "sa.key");
        using (var rsa = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(key, rsa.ExportRSAPrivateKeyPem());
        }

        var tokens = Path.Combine(_folder, "tokens.csv");
        await File.WriteAllTextAsync(tokens, $"{Token},admin,admin,system:masters\n");
        Start(Path.Combine(assets, "kube-apiserver"),
            "--etcd-servers", Local("http", etcd), "--cert-dir", Path.Combine(_folder, "certs"), "--secure-port", secure.ToString(CultureInfo.InvariantCulture), "--bind-address=127.0.0.1",
            "--service-account-key-file", key, "--service-account-signing-key-file", key, "--service-account-issuer=https://localhost", "--token-auth-file", tokens,
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount", "--allow-privileged=true");

        await WaitReadyAsync(Local("https", secure));
        Kubeconfig = $"""
            apiVersion: v1
            kind: Config
            clusters: [{"{"}name: c, cluster: {"{"}server: '{Local("https", secure)}', insecure-skip-tls-verify: true{"}}"}]
            users: [{"{"}name: u, user: {"{"}token: {Token}{"}}"}]
            contexts: [{"{"}name: x, context: {"{"}cluster: c, user: u{"}}"}]
            current-context: x
            """;
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _processes.Count - 1; i >= 0; i--)
        {
            if (!_processes[i].HasExited)
            {
                _processes[i].Kill();
                await _processes[i].WaitForExitAsync();
            }

            _processes[i].Dispose();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    public static string? FindAssets()
    {
        if (Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } named)
        {
            return IsComplete(named) ? named : null;
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var root = Path.Combine(cache, "gitops-core", "envtest");
        return Directory.Exists(root) ? Directory.GetDirectories(root).Where(IsComplete).Order(StringComparer.Ordinal).FirstOrDefault() : null;
    }

    private static bool IsComplete(string folder) => File.Exists(Path.Combine(folder, "etcd")) && File.Exists(Path.Combine(folder, "kube-apiserver"));

    private static string Local(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var log = new StreamWriter(Path.Combine(_folder, Path.GetFileName(file) + ".log")) { AutoFlush = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private async Task WaitReadyAsync(string server)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (true)
        {
            if (_processes.Find(p => p.HasExited) is { } dead)
            {
                throw new InvalidOperationException($"{dead.StartInfo.FileName} ended with code {dead.ExitCode}: see the logs in {_folder}.");
            }

            try
            {
                using var response = await http.GetAsync(new Uri(server + "/readyz"), limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }
}
