using GitOps.Kubernetes;
using GitOps.Kubernetes.Client;
using GitOps.Kubernetes.Client.Access;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Integration.Tests.Connections;

/// <summary>Credentials programs: when they run, what they are told, what of their answers is used.</summary>
public sealed class ExecPluginTests : IAsyncLifetime
{
    private const string Version = "client.authentication.k8s.io/v1";

    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-exec-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<ClusterConnection> _connections = [];
    private EchoServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The programs of these tests are shell scripts.");
        }

        _server = await EchoServer.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        _connections.ForEach(c => c.Dispose());
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Token_WithoutExpiration_IsAskedForOnce()
    {
        var client = Client(Script("""{"token":"t"}"""));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetPathAsync("version", null, Token).AsTask()));
        _time.Advance(TimeSpan.FromDays(1));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer t");

        Runs.Should().Be(1);
    }

    [Fact]
    public async Task Token_Expired_IsAskedForAgain()
    {
        Write("answer", """{"token":"one","expirationTimestamp":"2026-01-01T00:10:00Z"}""");
        var client = Client(Script(null));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer one");

        Write("answer", """{"token":"two","expirationTimestamp":"2026-01-01T00:20:00Z"}""");
        _time.Advance(TimeSpan.FromMinutes(9));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer one");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer two");
        Runs.Should().Be(2);
    }

    [Fact]
    public async Task Token_Refused_IsAskedForAgainAndTheRequestRepeated()
    {
        Write("answer", """{"token":"one"}""");
        var client = Client(Script(null));
        await SeenAsync(client);

        Write("answer", """{"token":"two"}""");
        _server.RefusedTokens.Add("one");
        (await SeenAsync(client)).GetString("authorization").Should().Be("Bearer two");

        _server.RefusedTokens.Add("two");
        (await client.GetPathAsync("version", null, Token)).StatusCode.Should().Be(401, "a refusal of fresh credentials stands");
    }

    [Fact]
    public async Task Certificate_HandedOutAndRenewed_IsShown()
    {
        string Answer(string name, string expires)
        {
            var pem = EchoServer.NewCertificate(name);
            return $$"""{"clientCertificateData":"{{pem.Certificate.ReplaceLineEndings("\\n")}}","clientKeyData":"{{pem.Key.ReplaceLineEndings("\\n")}}","expirationTimestamp":"{{expires}}"}""";
        }

        Write("answer", Answer("first", "2026-01-01T01:00:00Z"));
        var client = Client(Script(null));
        (await SeenAsync(client)).GetString("certificate").Should().Be("CN=first");

        Write("answer", Answer("second", "2026-01-01T03:00:00Z"));
        _time.Advance(TimeSpan.FromHours(1));

        (await SeenAsync(client)).GetString("certificate").Should().Be("CN=second");
    }

    [Fact]
    public async Task Run_ArgumentsEnvironmentAndClusterInfo_ReachTheProgramAsTheyAre()
    {
        var script = Script("""{"token":"t"}""", """printf '%s|%s|%s|%s' "$1" "$2" "$MODE" "$KUBERNETES_EXEC_INFO" > seen; echo chatter >&2""");
        var client = Client(script, ", args: ['a b', '$(x);\"'], env: [{name: MODE, value: 'm n'}], provideClusterInfo: true");

        await SeenAsync(client);

        var seen = await File.ReadAllTextAsync(Path.Combine(_folder, "seen"), Token);
        seen.Should().StartWith("a b|$(x);\"|m n|{").And.Contain(_server.Url).And.Contain("certificate-authority-data").And.Contain("\"interactive\":false");
    }

    [Theory]
    [InlineData("echo no such profile >&2; exit 3", "failed with code 3: no such profile")]
    [InlineData("echo hunter2", "did not print an ExecCredential as JSON")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"hunter2"} }'""", "client.authentication.k8s.io/v1 is configured")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{} }'""", "neither a token nor a certificate")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"hunter2","expirationTimestamp":"soon"} }'""", "no time")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"hunter2","clientKeyData":"hunter2"} }'""", "not PEM")]
    public async Task Run_Fails_SaysWhyAndShowsNoSecret(string body, string expected)
    {
        var result = await Client(Raw(body)).GetPathAsync("version", null, Token);

        result.StatusCode.Should().Be(401);
        result.Error!.Message.Should().Contain(expected).And.NotContain("hunter2");
    }

    [Fact]
    public async Task Run_ProgramMissing_GivesTheInstallHint()
    {
        var result = await Client("no-such-program-anywhere", ", installHint: 'Install it with apt.'").GetPathAsync("version", null, Token);

        result.Error!.Message.Should().Contain("cannot be started").And.Contain("Install it with apt.");
    }

    [Fact]
    public async Task Run_NeverEnds_IsStopped()
    {
        var plugin = new ExecPlugin(Raw("sleep 600"), Version);
        var running = plugin.RunAsync(_time, Token);

        _time.Advance(TimeSpan.FromMinutes(1));

        (await running.Invoking(r => r).Should().ThrowAsync<CredentialsException>()).Which.Message.Should().Contain("did not end within 60 seconds");
    }

    [Fact]
    public async Task Run_PrintsWithoutEnd_IsCutAndNotBlocked()
    {
        var plugin = new ExecPlugin(Raw("head -c 3000000 /dev/zero | tr '\\\\0' x; head -c 3000000 /dev/zero >&2"), Version);

        (await plugin.Invoking(p => p.RunAsync(TimeProvider.System, Token)).Should().ThrowAsync<CredentialsException>()).Which.Message.Length.Should().BeLessThan(1000);
    }

    private int Runs => File.ReadAllLines(Path.Combine(_folder, "runs")).Length;

    private string Script(string? status, string before = ":") => Raw($$"""
        cd '{{_folder}}'
        echo run >> runs
        {{before}}
        printf '{"kind":"ExecCredential","apiVersion":"{{Version}}","status":%s}' "$(cat answer)"
        """, status);

    private string Raw(string body, string? status = null)
    {
        if (status is not null)
        {
            Write("answer", status);
        }

        var path = Write("plugin", "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private DynamicClient Client(string command, string more = "")
    {
        var options = new KubernetesOptions
        {
            MaxRetries = 0,
            Kubeconfig = $"""
                current-context: x
                contexts: [{"{"}name: x, context: {"{"}cluster: c, user: u{"}}"}]
                clusters: [{"{"}name: c, cluster: {"{"}server: '{_server.Url}', certificate-authority-data: {_server.AuthorityData}{"}}"}]
                users: [{"{"}name: u, user: {"{"}exec: {"{"}apiVersion: {Version}, command: '{command}', interactiveMode: IfAvailable{more}{"}}}"}]
                """,
        };
        var connection = ClusterConnection.Open(options, _time, ClusterEnvironment.Process);
        _connections.Add(connection);
        return new DynamicClient(connection, options, _time);
    }

    private static async Task<MapNode> SeenAsync(DynamicClient client)
    {
        var result = await client.GetPathAsync("version", null, Token);
        result.Error.Should().BeNull();
        return result.Body!;
    }
}
