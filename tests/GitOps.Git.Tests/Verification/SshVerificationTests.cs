using System.Globalization;
using GitOps.Git.Tests.Servers;

namespace GitOps.Git.Tests.Verification;

public sealed class SshVerificationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa", "-b", "256")]
    [InlineData("ecdsa", "-b", "384")]
    [InlineData("ecdsa", "-b", "521")]
    public async Task FetchAsync_SignedWithSshKeygen_IsVerified(string type, params string[] more)
    {
        Key("alice", type, more);
        Commit("alice");

        (await FetchAsync(v => v.SshKeys.Add(Public("alice")))).VerifiedBy.Should().Be($"SSH key {Fingerprint("alice")} (alice)");
        (await FetchAsync(v => v.AllowedSigners = $"alice@example.com,*@corp.example {KeyOf("alice")}\n")).VerifiedBy.Should().Be($"SSH key {Fingerprint("alice")} (alice@example.com)");
    }

    [Fact]
    public async Task FetchAsync_UnsignedStrangerOrRevoked_IsRefused()
    {
        Key("alice");
        Key("mallory");

        Commit(null);
        (await Refusal(v => v.SshKeys.Add(Public("alice")))).Should().Contain("not signed");
        Commit("mallory");
        (await Refusal(v => v.SshKeys.Add(Public("alice")))).Should().Contain("nobody allowed").And.Contain(Fingerprint("mallory"));
        (await Refusal(v =>
        {
            v.SshKeys.Add(Public("mallory"));
            v.RevokedSshKeys = $"# left\n{Fingerprint("mallory")}\n";
        })).Should().Contain("revoked");
        (await Refusal(v =>
        {
            v.SshKeys.Add(Public("mallory"));
            v.RevokedSshKeys = Public("mallory");
        })).Should().Contain("revoked");
    }

    [Fact]
    public async Task FetchAsync_AllowedSignersOptions_AreHonoured()
    {
        Key("alice");
        Commit("alice");
        var key = KeyOf("alice");
        var now = TimeProvider.System.GetUtcNow();
        string Day(int days) => now.AddDays(days).ToString("yyyyMMdd", CultureInfo.InvariantCulture) + "Z";

        (await FetchAsync(v => v.AllowedSigners = $"alice@example.com namespaces=\"file,git\",valid-after=\"{Day(-1)}\",valid-before=\"{Day(2)}\" {key}")).VerifiedBy.Should().Contain("alice@example.com");
        (await Refusal(v => v.AllowedSigners = $"alice namespaces=\"file\" {key}")).Should().Contain("not allowed for Git");
        (await Refusal(v => v.AllowedSigners = $"alice valid-before=\"{Day(-1)}\" {key}")).Should().Contain("not valid any more");
        (await Refusal(v => v.AllowedSigners = $"alice valid-after=\"{Day(2)}\" {key}")).Should().Contain("not valid yet");
        (await Refusal(v => v.AllowedSigners = $"alice cert-authority {key}")).Should().Contain("nobody allowed");
        (await Refusal(v => v.AllowedSigners = $"alice sometimes {key}")).Should().Contain("line 1");
        (await Refusal(v => v.AllowedSigners = "alice")).Should().Contain("line 1");
    }

    [Fact]
    public async Task FetchAsync_Certificate_IsHonoured()
    {
        Key("alice");
        Key("authority");
        Tools.Run("ssh-keygen", ["-q", "-s", _directory["authority"], "-I", "alice's", "-n", "alice@example.com", "-V", "-1d:+1d", _directory["alice.pub"]]);
        File.Move(_directory["alice-cert.pub"], _directory["alice.pub"], overwrite: true);
        Commit("alice");
        var authority = KeyOf("authority");

        (await FetchAsync(v => v.AllowedSigners = $"*@example.com cert-authority {authority}")).VerifiedBy.Should().Contain("alice@example.com");
        (await Refusal(v => v.AllowedSigners = $"*@elsewhere.example cert-authority {authority}")).Should().Contain("nobody the authority");
        (await Refusal(v => v.AllowedSigners = $"* {authority}")).Should().Contain("nobody allowed");
        (await Refusal(v =>
        {
            v.AllowedSigners = $"* cert-authority {authority}";
            v.RevokedSshKeys = Public("authority");
        })).Should().Contain("revoked");
    }

    [Fact]
    public async Task FetchAsync_SignedTag_IsVerified()
    {
        Key("alice");
        Commit(null);
        Git("-c", "gpg.format=ssh", "-c", $"user.signingKey={_directory["alice"]}", "tag", "-s", "-m", "release", "v1.0.0");

        (await FetchAsync(v => (v.Mode, v.AllowedSigners) = (GitVerificationMode.Tag, $"alice {KeyOf("alice")}"), o => o.Reference.SemVer = ">=1")).VerifiedBy.Should().Contain("alice");
        Git("tag", "-m", "unsigned", "v1.1.0");
        (await Refusal(v => (v.Mode, v.AllowedSigners) = (GitVerificationMode.Tag, $"alice {KeyOf("alice")}"), o => o.Reference.SemVer = ">=1")).Should().Contain("not signed");
        Git("tag", "v1.2.0");
        (await Refusal(v => (v.Mode, v.AllowedSigners) = (GitVerificationMode.Tag, $"alice {KeyOf("alice")}"), o => o.Reference.SemVer = ">=1")).Should().Contain("annotated tag");
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public async Task SshSigner_Commit_IsAcceptedByGitAndByUs(string type)
    {
        Key("alice", type);
        using var upstream = BareGitRepository.Create(_directory["work"]);
        var revision = await upstream.CommitAsync(new GitCommit { Message = "signed", Changes = [GitFileChange.Write("a.yaml", "1")], Signer = new SshSigner(GitSecret.FromFile(_directory["alice"])) }, Token);
        await File.WriteAllTextAsync(_directory["signers"], $"alice {KeyOf("alice")}\n", Token);

        Git("-c", $"gpg.ssh.allowedSignersFile={_directory["signers"]}", "verify-commit", revision.Digest);
        (await FetchAsync(v => v.AllowedSigners = GitSecret.FromFile(_directory["signers"]))).VerifiedBy.Should().Contain("alice");
    }

    [Fact]
    public void Verify_SignatureForAnotherPurpose_IsRefused()
    {
        Key("alice");
        File.WriteAllText(_directory["text"], "text");
        Tools.Run("ssh-keygen", ["-q", "-Y", "sign", "-n", "file", "-f", _directory["alice"], _directory["text"]]);
        var verifier = new SshSignatureVerifier([Public("alice")], "", []);

        verifier.Verify(File.ReadAllText(_directory["text.sig"]), "text"u8.ToArray(), TimeProvider.System.GetUtcNow()).Refusal.Should().Contain("for 'file'");
    }

    private void Key(string name, string type = "ed25519", params string[] more)
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        Assert.SkipUnless(Tools.HasGit, "git is not installed");
        SshServer.Keygen(_directory.Path, name, type, "", more);
    }

    private string Public(string name) => File.ReadAllText(_directory[$"{name}.pub"]);

    private string KeyOf(string name) => SshServer.KeyOf(Public(name));

    private string Fingerprint(string name) => Tools.Run("ssh-keygen", ["-lf", _directory[$"{name}.pub"]]).Split(' ')[1];

    private void Commit(string? key)
    {
        if (!Directory.Exists(_directory["work"]))
        {
            Tools.Run("git", ["init", "-q", "-b", "main", _directory["work"]]);
        }

        File.AppendAllText(_directory["work/a.yaml"], "x\n");
        Git("add", "-A");
        Git(["-c", "gpg.format=ssh", "-c", $"user.signingKey={_directory[$"{key}.pub"]}", "commit", "-q", "-m", "change", .. key is null ? Array.Empty<string>() : ["-S"]]);
    }

    private string Git(params string[] arguments) => Tools.Run(
        "git",
        ["-C", _directory["work"], .. arguments],
        environment: new Dictionary<string, string> { ["GIT_AUTHOR_NAME"] = "Alice", ["GIT_AUTHOR_EMAIL"] = "alice@example.com", ["GIT_COMMITTER_NAME"] = "Alice", ["GIT_COMMITTER_EMAIL"] = "alice@example.com" });

    private async Task<string> Refusal(Action<GitVerification> verification, Action<GitSourceOptions>? configure = null)
    {
        var failure = (await this.Invoking(t => t.FetchAsync(verification, configure)).Should().ThrowAsync<GitOpsException>()).Which;
        failure.Reason.Should().Be(Reasons.VerificationFailed);
        return failure.Message;
    }

    private async Task<Artifact> FetchAsync(Action<GitVerification> verification, Action<GitSourceOptions>? configure = null)
    {
        var options = new GitSourceOptions { Url = _directory["work"], CacheDirectory = _directory["cache"], Verification = new GitVerification() };
        verification(options.Verification);
        configure?.Invoke(options);
        using var source = new GitSource(options);
        return await source.FetchAsync(await source.ProbeAsync(Token), Token);
    }
}
