using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NSubstitute;

namespace GitOps.Git.Tests.Secrets;

public sealed class GitSecretTests
{
    private readonly ISecretReader _reader = Substitute.For<ISecretReader>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FromStream_Stream_IsReadOnceAndLeftOpen()
    {
        using var stream = new MemoryStream("s3cret"u8.ToArray());

        var secret = GitSecret.FromStream(stream);

        stream.CanRead.Should().BeTrue();
        (await secret.ReadAsync(Token)).Should().Be("s3cret");
        (await secret.ReadAsync(Token)).Should().Be("s3cret");
        secret.ToString().Should().Be("secret from stream");
    }

    [Fact]
    public async Task FromStream_Opener_IsOpenedForEachReading()
    {
        var opened = 0;
        var secret = GitSecret.FromStream("a vault", _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes($"s3cret {++opened}"))));

        (await secret.ReadAsync(Token)).Should().Be("s3cret 1");
        (await secret.ReadAsync(Token)).Should().Be("s3cret 2");
        secret.ToString().Should().Be("secret from a vault");
    }

    [Fact]
    public async Task FromStream_TooLong_IsRefused()
    {
        var endless = new byte[(1024 * 1024) + 1];
        endless.AsSpan().Fill((byte)'s');

        FluentActions.Invoking(() => GitSecret.FromStream(new MemoryStream(endless))).Should().Throw<IOException>();
        (await GitSecret.FromStream("a vault", _ => ValueTask.FromResult<Stream>(new MemoryStream(endless))).Invoking(s => s.ReadAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>())
            .Which.Reason.Should().Be(Reasons.AuthenticationFailed);
    }

    [Fact]
    public async Task FromKubernetesSecret_ReadByPoolOrAtHand_GivesTheValue()
    {
        Holds(("key", "s3cret"));

        (await GitSecret.FromKubernetesSecret("infra", "fleet", "key").ReadAsync(new SecretReading(_reader), Token)).Should().Be("s3cret");
        (await GitSecret.FromKubernetesSecret(_reader, "infra", "fleet", "key").ReadAsync(Token)).Should().Be("s3cret");
        GitSecret.FromKubernetesSecret("infra", "fleet", "key").ToString().Should().Be("secret from key 'key' of Kubernetes Secret infra/fleet");
    }

    [Fact]
    public async Task FromKubernetesSecret_ClusterSecretOrKeyMissing_SaysWhich()
    {
        Holds(("key", "s3cret"));

        (await Failure(null, "fleet", "key")).Should().Contain("UseKubernetes");
        (await Failure(_reader, "elsewhere", "key")).Should().Contain("infra/elsewhere").And.Contain("not there");
        (await Failure(_reader, "fleet", "other")).Should().Contain("'other'").And.Contain("not there").And.NotContain("s3cret");
    }

    [Fact]
    public async Task ReadAsync_SecretRefForHttps_TakesFluxKeys()
    {
        Holds(("username", "me"), ("password", "s3cret\n"), ("ca.crt", "authority"), ("tls.crt", "certificate"), ("tls.key", "key"), ("identity", "ssh key"));

        var read = await ResolvedCredentials.ReadAsync(new GitCredentials { SecretRef = Reference, CertificateAuthority = "own" }, GitProtocol.Https, _reader, Token);

        (read.Username, read.Password, read.ClientCertificate, read.ClientKey, read.PrivateKey, read.Passphrase).Should().Be(("me", "s3cret", "certificate", "key", null, null));
        read.CertificateAuthority.Should().Be("own", "what is set beside the Secret comes first");
        await _reader.Received(1).ReadAsync("infra", "fleet", Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task ReadAsync_SecretRefForSsh_TakesFluxKeys()
    {
        Holds(("identity", "ssh key"), ("identity.pub", "public"), ("known_hosts", "hosts"), ("password", "open sesame"), ("username", "me"));

        var read = await ResolvedCredentials.ReadAsync(new GitCredentials { SecretRef = Reference }, GitProtocol.Ssh, _reader, Token);

        (read.PrivateKey, read.KnownHosts, read.Passphrase, read.Password, read.Username).Should().Be(("ssh key", "hosts", "open sesame", null, null));
    }

    [Fact]
    public async Task ReadAsync_SecretRotated_HasAnotherFingerprint()
    {
        var credentials = new GitCredentials { SecretRef = Reference };
        Holds(("bearerToken", "old"));
        var before = await ResolvedCredentials.ReadAsync(credentials, GitProtocol.Https, _reader, Token);
        var again = await ResolvedCredentials.ReadAsync(credentials, GitProtocol.Https, _reader, Token);
        Holds(("bearerToken", "new"));
        var after = await ResolvedCredentials.ReadAsync(credentials, GitProtocol.Https, _reader, Token);

        (before.BearerToken, after.BearerToken).Should().Be(("old", "new"));
        again.Fingerprint.Should().Be(before.Fingerprint);
        after.Fingerprint.Should().NotBe(before.Fingerprint);
    }

    [Fact]
    public async Task AddGit_SecretRefInConfiguration_IsBoundAndReadByTheHostsReader()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["GitSources:apps:Url"] = "https://example.com/org/apps.git",
            ["GitSources:apps:Credentials:SecretRef:Namespace"] = "infra",
            ["GitSources:apps:Credentials:SecretRef:Name"] = "fleet",
            ["GitSources:apps:Credentials:CertificateAuthority:SecretRef:Namespace"] = "infra",
            ["GitSources:apps:Credentials:CertificateAuthority:SecretRef:Name"] = "fleet",
            ["GitSources:apps:Credentials:CertificateAuthority:SecretRef:Key"] = "authority",
            ["GitSources:apps:Verification:OpenPgpKeys:0:SecretRef:Name"] = "signers",
            ["GitSources:apps:Verification:OpenPgpKeys:0:SecretRef:Key"] = "alice.asc",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton(_reader);
        services.AddGitOps(configuration).AddGit();
        await using var provider = services.BuildServiceProvider();
        Holds(("bearerToken", "s3cret"), ("authority", "PEM"));

        var options = provider.GetRequiredService<IOptionsMonitor<GitSourceOptions>>().Get("apps");
        var pool = provider.GetRequiredService<GitRepositoryPool>();
        var read = await pool.ReadAsync(options.Credentials, GitAddress.Parse(options.Url), Token);

        (read.BearerToken, read.CertificateAuthority).Should().Be(("s3cret", "PEM"));
        options.Verification!.OpenPgpKeys.Should().ContainSingle().Which.ToString().Should().Be("secret from key 'alice.asc' of Kubernetes Secret signers");
        GitSourceOptionsValidation.Check(options).Should().BeEmpty();
    }

    [Fact]
    public void Check_ReferenceIncomplete_IsAMistake()
    {
        var options = new GitSourceOptions { Url = "https://example.com/a.git" };
        options.Credentials.SecretRef = new GitSecretReference();
        options.Credentials.Password = new GitSecret { SecretRef = new GitSecretReference { Name = "fleet" } };

        GitSourceOptionsValidation.Check(options).Should().BeEquivalentTo("Credentials.SecretRef has no Name.", "Credentials.Password.SecretRef needs a Name and a Key.");
    }

    private static GitSecretReference Reference => new() { Namespace = "infra", Name = "fleet" };

    private static async Task<string> Failure(ISecretReader? reader, string name, string key)
    {
        var failure = (await GitSecret.FromKubernetesSecret("infra", name, key).Invoking(s => s.ReadAsync(new SecretReading(reader), Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
        failure.Reason.Should().Be(Reasons.AuthenticationFailed);
        return failure.Message;
    }

    private void Holds(params (string Key, string Value)[] values) =>
        _reader.ReadAsync("infra", "fleet", Arg.Any<CancellationToken>()).Returns(_ => ValueTask.FromResult<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?>(
            values.ToDictionary(v => v.Key, v => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(v.Value))));
}
