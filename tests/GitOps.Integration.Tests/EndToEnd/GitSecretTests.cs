using System.Net;
using System.Text;
using System.Text.Json;
using GitOps.Git;
using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace GitOps.Integration.Tests.EndToEnd;

/// <summary>Credentials for Git that live in a Secret of the cluster, and what happens when somebody rotates them.</summary>
public sealed class GitSecretTests : IDisposable
{
    private const string SecretPath = "/api/v1/namespaces/default/secrets";

    private readonly string _folder = Directory.CreateTempSubdirectory("gitops-secret-").FullName;
    private readonly BareGitRepository _repository;

    public GitSecretTests() => _repository = BareGitRepository.Create(Path.Combine(_folder, "srv", "private.git"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        Fleet.Remove(_folder);
    }

    [Fact]
    public async Task Https_SecretRotatedBetweenTwoPolls_IsReadAnew()
    {
        await using var server = await GitHttpServer.StartAsync(Path.Combine(_folder, "srv"));
        server.Authorization = Basic("ada", "old-s3cret");
        await using var fleet = await FleetAsync($"{server.Url}/private.git", s => s.Credentials.SecretRef = new GitSecretReference { Namespace = "default", Name = "fleet" });
        (await fleet.SendAsync(HttpMethod.Post, SecretPath, Secret(("username", "ada"), ("password", "old-s3cret\n")))).Should().Be(HttpStatusCode.Created);
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await RotateAsync(fleet, () => server.Authorization = Basic("ada", "new-s3cret"), Secret(("username", "ada"), ("password", "new-s3cret\n")));

        fleet.Events.Should().NotContain(e => e.Message.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ssh_SecretRotatedBetweenTwoPolls_IsReadAnew()
    {
        await using var server = await SshServer.StartAsync(Path.Combine(_folder, "ssh"));
        SshServer.Keygen(server.Directory, "next", "ed25519", "open sesame");
        await using var fleet = await FleetAsync(server.Url(_repository.Directory), s =>
        {
            s.Credentials.SecretRef = new GitSecretReference { Namespace = "default", Name = "fleet" };
            s.Credentials.KnownHosts = GitSecret.FromKubernetesSecret("default", "fleet", "hosts");
        });
        await fleet.SendAsync(HttpMethod.Post, SecretPath, Secret(("identity", server.Read("user_ed25519")), ("identity.pub", server.Read("user_ed25519.pub")), ("hosts", server.KnownHosts)));
        await fleet.StartAsync();
        await fleet.ReadyAsync("apps");

        await RotateAsync(
            fleet,
            () => File.WriteAllText(Path.Combine(server.Directory, "authorized_keys"), server.Read("next.pub")),
            Secret(("identity", server.Read("next")), ("password", "open sesame"), ("hosts", server.KnownHosts)),
            keepsConnection: true);

        fleet.Events.Should().NotContain(e => e.Message.Contains("sesame", StringComparison.Ordinal) || e.Message.Contains("PRIVATE KEY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SecretMissing_IsToldByName_AndIsReadOnceItIsThere()
    {
        await using var server = await GitHttpServer.StartAsync(Path.Combine(_folder, "srv"));
        server.Authorization = "Bearer s3cret";
        await using var fleet = await FleetAsync($"{server.Url}/private.git", s => s.Credentials.SecretRef = new GitSecretReference { Namespace = "default", Name = "fleet" });
        await fleet.StartAsync();

        var missing = await fleet.Engine.PollSourceAsync("private", Token);
        missing.Ready!.Reason.Should().Be(Reasons.AuthenticationFailed);
        missing.Ready.Message.Should().Contain("Kubernetes Secret default/fleet").And.Contain("not there");

        await fleet.SendAsync(HttpMethod.Post, SecretPath, Secret(("bearerToken", "s3cret")));
        await fleet.Engine.PollSourceAsync("private", Token);
        await fleet.ReadyAsync("apps");
    }

    /// <summary>The server takes new credentials only; a poll fails and the last good revision stays; the Secret follows, and the next poll brings a commit.</summary>
    private async Task RotateAsync(Fleet fleet, Action rotateOnServer, string secret, bool keepsConnection = false)
    {
        rotateOnServer();
        var polled = await fleet.Engine.PollSourceAsync("private", Token);
        if (!keepsConnection)
        {
            polled.Ready!.Reason.Should().Be(Reasons.AuthenticationFailed);
            fleet.Engine.GetUnit("apps").LastAppliedRevision.Should().NotBeNull();
        }

        (await fleet.SendAsync(HttpMethod.Put, $"{SecretPath}/fleet", secret)).Should().Be(HttpStatusCode.OK);
        var second = await _repository.CommitAsync("Second", Fleet.ConfigMap("a.yaml", "a", "2"));
        await fleet.Engine.PollSourceAsync("private", Token);
        await fleet.ReadyAsync("apps", second);
    }

    private async Task<Fleet> FleetAsync(string url, Action<GitSourceOptions> configure)
    {
        await _repository.CommitAsync("First", Fleet.ConfigMap("a.yaml", "a"));
        return await Fleet.CreateAsync(
            g => g
                .AddGitSource("private", s =>
                {
                    s.Url = url;
                    s.Reference.Branch = "main";
                    s.CacheDirectory = Path.Combine(_folder, "cache");
                    configure(s);
                })
                .AddManifests("apps", u => u.Source = "private"),
            null,
            Fleet.ConfigMap("x.yaml", "x"));
    }

    private static string Basic(string user, string password) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";

    private static string Secret(params (string Key, string Value)[] values) => JsonSerializer.Serialize(new
    {
        apiVersion = "v1",
        kind = "Secret",
        metadata = new { name = "fleet", @namespace = "default" },
        data = values.ToDictionary(v => v.Key, v => Convert.ToBase64String(Encoding.UTF8.GetBytes(v.Value))),
    });
}
