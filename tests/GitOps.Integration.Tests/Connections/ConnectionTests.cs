using System.Globalization;
using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Client.Access;
using GitOps.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Integration.Tests.Connections;

/// <summary>The ways into a cluster that a kubeconfig or a pod can name, each against a server that says what it saw.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-connect-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<ClusterConnection> _connections = [];
    private EchoServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await EchoServer.StartAsync(Token);

    public async ValueTask DisposeAsync()
    {
        _connections.ForEach(c => c.Dispose());
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Token_OverTheClustersOwnAuthority_IsSentOverHttp2()
    {
        var seen = await SeenAsync(Config("token: abc"));

        seen.GetString("authorization").Should().Be("Bearer abc");
        seen.GetString("protocol").Should().Be("HTTP/2");
        seen.GetString("certificate").Should().BeEmpty();
    }

    [Fact]
    public async Task Basic_UsernameAndPassword_AreSent() =>
        (await SeenAsync(Config("username: jane\n    password: 'p:w'"))).GetString("authorization").Should().Be("Basic " + Convert.ToBase64String("jane:p:w"u8));

    [Fact]
    public async Task Impersonation_OfTheKubeconfig_IsSentUnlessTheUnitHasItsOwn()
    {
        var client = Client(Config("token: abc\n    as: jane\n    as-groups: [dev]\n    as-user-extra: {scopes: [view]}"));

        var seen = await SeenAsync(client);
        seen.GetString("user").Should().Be("jane");
        seen.GetString("groups").Should().Be("dev");
        seen.GetString("extra").Should().Be("view");
        var unit = await SeenAsync(client.As("apps/deployer"));
        unit.GetString("user").Should().Be("system:serviceaccount:apps:deployer");
        unit.GetString("groups").Should().BeEmpty();
    }

    [Fact]
    public async Task Authority_AnotherOne_IsRefusedAndSaidSo()
    {
        var other = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(EchoServer.NewCertificate("other").Certificate));

        (await ErrorAsync(Config("token: abc", authority: $"certificate-authority-data: {other}"))).Message.Should().Contain("not signed by the authority");
        (await ErrorAsync(Config("token: abc", authority: "{}"))).Message.Should().Contain("certificate-authority-data", "the system does not know it either");
        (await SeenAsync(Config("token: abc", authority: "insecure-skip-tls-verify: true"))).GetString("authorization").Should().Be("Bearer abc");
    }

    [Fact]
    public async Task TlsServerName_IsWhatTheCertificateIsCheckedFor()
    {
        var authority = $"certificate-authority-data: {_server.AuthorityData}\n    tls-server-name: ";

        (await SeenAsync(Config("token: abc", authority: authority + "kubernetes.default.svc"))).GetString("host").Should().StartWith("kubernetes.default.svc");
        (await ErrorAsync(Config("token: abc", authority: authority + "elsewhere.example"))).Message.Should().Contain("not for the name elsewhere.example");
    }

    [Fact]
    public async Task AuthorityFileAndCertificateFiles_AreRelativeToTheKubeconfig()
    {
        var pem = EchoServer.NewCertificate("jane");
        Write("ca.pem", _server.AuthorityPem);
        Write("jane.crt", pem.Certificate);
        Write("jane.key", pem.Key);
        var path = Write("config", Config("client-certificate: jane.crt\n    client-key: jane.key", authority: "certificate-authority: ca.pem"));

        (await SeenAsync(Client(new KubernetesOptions { KubeconfigPath = path }))).GetString("certificate").Should().Be("CN=jane");
    }

    [Fact]
    public async Task CertificateFiles_Renewed_AreUsedOnNewConnections()
    {
        void Issue(string name)
        {
            var pem = EchoServer.NewCertificate(name);
            Write("user.crt", pem.Certificate);
            Write("user.key", pem.Key);
        }

        Issue("first");
        var client = Client(new KubernetesOptions { KubeconfigPath = Write("config", Config("client-certificate: user.crt\n    client-key: user.key")) });
        (await SeenAsync(client)).GetString("certificate").Should().Be("CN=first");

        Issue("second");
        (await SeenAsync(client)).GetString("certificate").Should().Be("CN=first", "a minute has not passed");
        _time.Advance(TimeSpan.FromMinutes(1));

        (await SeenAsync(client)).GetString("certificate").Should().Be("CN=second");
    }

    [Fact]
    public async Task CertificateData_IsShown()
    {
        var pem = EchoServer.NewCertificate("data");
        var seen = await SeenAsync(Config($"client-certificate-data: {Base64(pem.Certificate)}\n    client-key-data: {Base64(pem.Key)}"));

        seen.GetString("certificate").Should().Be("CN=data");
    }

    [Fact]
    public async Task TokenFile_Renewed_IsReadAgainAfterAMinuteOrARefusal()
    {
        var file = Write("token", "one\n");
        var client = Client(Config($"tokenFile: {file}\n    token: fallback"));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer one");

        Write("token", "two");
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer one");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer two");

        Write("token", "three");
        _server.RefusedTokens.Add("two");
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer three");

        File.Delete(file);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer three", "a file that is missing for a moment ends nothing");
    }

    [Fact]
    public async Task InCluster_TokenAuthorityAndNamespace_ComeFromThePodsFiles()
    {
        Write("token", "pod");
        Write("ca.crt", _server.AuthorityPem);
        Write("namespace", "team-a\n");
        var environment = new ClusterEnvironment
        {
            ServiceAccountFolder = _folder,
            DefaultKubeconfig = Path.Combine(_folder, "none"),
            Variable = name => name switch
            {
                "KUBERNETES_SERVICE_HOST" => "127.0.0.1",
                "KUBERNETES_SERVICE_PORT" => _server.Port.ToString(CultureInfo.InvariantCulture),
                _ => null,
            },
        };

        foreach (var options in new[] { new KubernetesOptions { InCluster = true }, new KubernetesOptions() })
        {
            var client = Client(options, environment);
            (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer pod");
            client.DefaultNamespace.Should().Be("team-a");
        }

        Write("token", "rotated");
        var later = Client(new KubernetesOptions { InCluster = true }, environment);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await SeenAsync(later)).GetString("authorization").Should().Be("Bearer rotated");
        var nowhere = () => ClusterConnection.Open(new KubernetesOptions { InCluster = true }, _time, environment with { Variable = _ => null });
        nowhere.Should().Throw<GitOpsException>().Which.Message.Should().Contain("KUBERNETES_SERVICE_HOST");
    }

    [Fact]
    public async Task KubeconfigVariable_SeveralFiles_CountAsOneAndTheFirstWins()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "two"));
        Write("two/ca.pem", _server.AuthorityPem);
        var first = Write("first", "contexts: [{name: x, context: {cluster: c, user: u, namespace: here}}]\nusers: [{name: u, user: {token: first}}]\n");
        var second = Write("two/second", $"current-context: x\nclusters: [{{name: c, cluster: {{server: '{_server.Url}', certificate-authority: ca.pem}}}}]\nusers: [{{name: u, user: {{token: second}}}}, {{name: v, user: {{token: third}}}}]\n");
        var environment = new ClusterEnvironment { Variable = name => name == "KUBECONFIG" ? string.Join(Path.PathSeparator, first, Path.Combine(_folder, "missing"), second) : null };

        var client = Client(new KubernetesOptions(), environment);

        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer first");
        client.DefaultNamespace.Should().Be("here");
    }

    [Fact]
    public async Task Proxy_OfTheKubeconfig_IsAskedWithItsLogin()
    {
        await using var proxy = new ConnectProxy();
        var authority = string.Create(CultureInfo.InvariantCulture, $"certificate-authority-data: {_server.AuthorityData}\n    proxy-url: http://me:secret@127.0.0.1:{proxy.Port}");

        (await SeenAsync(Config("token: abc", authority: authority))).GetString("authorization").Should().Be("Bearer abc");

        proxy.Heads.Should().NotBeEmpty();
        proxy.Heads.First().Should().StartWith(string.Create(CultureInfo.InvariantCulture, $"CONNECT 127.0.0.1:{_server.Port}"));
    }

    [Theory]
    [InlineData("contexts: []", "no current-context")]
    [InlineData("current-context: x", "no context 'x'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "no cluster 'c'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: nowhere}}]", "no server of the form")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://a'}}]", "no user 'u'")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://a', proxy-url: 'ftp://p'}}]", "proxy-url")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://a'}}]\nusers: [{name: u, user: {exec: {command: a}}}]", "needs command and apiVersion")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://a'}}]\nusers: [{name: u, user: {token: hunter2, as: a, as-groups: [b, c]}}]", "one group only")]
    [InlineData("token: [hunter2", "not valid YAML")]
    [InlineData("[hunter2]", "not a map")]
    public void Open_IncompleteKubeconfig_SaysWhatIsMissingAndNoSecret(string kubeconfig, string expected)
    {
        var open = () => ClusterConnection.Open(new KubernetesOptions { Kubeconfig = kubeconfig }, _time, ClusterEnvironment.Process);

        open.Should().Throw<GitOpsException>().Which.Message.Should().Contain(expected).And.NotContain("hunter2");
    }

    [Fact]
    public async Task Applier_OverHttpsWithAProgramForTheToken_Applies()
    {
        await using var cluster = await InMemoryCluster.StartAsync(new InMemoryClusterOptions { Https = true, Token = "granted" }, Token);
        var authority = cluster.Kubeconfig.Split("certificate-authority-data: ")[1].Split('\n')[0];
        var script = Write("plugin", """
            #!/bin/sh
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"granted"}}'
            """);
        Executable(script);
        using var applier = new KubernetesApplier(new KubernetesOptions
        {
            KubeconfigPath = Write("config", Config("exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}", cluster.Url.ToString(), $"certificate-authority-data: {authority}")),
        });
        var plan = await applier.PlanAsync(new ApplyRequest("unit", [new Manifest(GitOps.Json.JsonTreeReader.ReadMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"""u8))]), Token);

        plan.Diagnostics.Should().BeEmpty();
        (await applier.ApplyAsync(plan, null, Token)).Succeeded.Should().BeTrue();
    }

    private string Config(string user, string? server = null, string? authority = null) => $"""
        apiVersion: v1
        kind: Config
        current-context: x
        contexts: [{"{"}name: x, context: {"{"}cluster: c, user: u{"}}"}]
        clusters:
        - name: c
          cluster:
            server: '{server ?? _server.Url}'
            {(authority == "{}" ? "" : authority ?? $"certificate-authority-data: {_server.AuthorityData}")}
        users:
        - name: u
          user:
            {user}
        """;

    private DynamicClient Client(string kubeconfig) => Client(new KubernetesOptions { Kubeconfig = kubeconfig });

    private DynamicClient Client(KubernetesOptions options, ClusterEnvironment? environment = null)
    {
        var connection = ClusterConnection.Open(options, _time, environment ?? ClusterEnvironment.Process);
        _connections.Add(connection);
        options.MaxRetries = 0;
        return new DynamicClient(connection, options, _time);
    }

    private Task<MapNode> SeenAsync(string kubeconfig) => SeenAsync(Client(kubeconfig));

    private static async Task<MapNode> SeenAsync(DynamicClient client)
    {
        var result = await client.GetPathAsync("version", null, Token);
        result.Error.Should().BeNull();
        return result.Body!;
    }

    private async Task<ApiError> ErrorAsync(string kubeconfig)
    {
        var result = await Client(kubeconfig).GetPathAsync("version", null, Token);
        result.Succeeded.Should().BeFalse();
        return result.Error!;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static void Executable(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(text));
}
