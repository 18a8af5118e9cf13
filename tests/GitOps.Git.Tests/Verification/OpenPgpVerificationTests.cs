using GitOps.Git.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace GitOps.Git.Tests.Verification;

public sealed class OpenPgpVerificationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa3072")]
    [InlineData("nistp256")]
    public async Task FetchAsync_SignedByGpg_IsVerified(string algorithm)
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>", algorithm);
        Commit(gpg, fingerprint);

        var artifact = await FetchAsync(gpg.PublicKey("alice"));

        artifact.VerifiedBy.Should().Be($"OpenPGP key {fingerprint} (Alice <alice@example.com>)");
    }

    [Fact]
    public async Task FetchAsync_SignedTag_IsVerifiedByMode()
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>");
        Commit(gpg, null);
        Git(gpg, "tag", "-s", "-u", fingerprint, "-m", "release", "v1.0.0");
        var key = gpg.PublicKey("alice");

        (await FetchAsync(key, o => (o.Reference.Tag, o.Verification!.Mode) = ("v1.0.0", GitVerificationMode.Tag))).VerifiedBy.Should().Contain(fingerprint);
        (await Refusal(key, o => (o.Reference.Tag, o.Verification!.Mode) = ("v1.0.0", GitVerificationMode.TagAndHead))).Should().Contain("not signed");
        Git(gpg, "commit", "--amend", "-q", $"-S{fingerprint}", "-m", "signed");
        Git(gpg, "tag", "-f", "-s", "-u", fingerprint, "-m", "release", "v1.0.0");
        (await FetchAsync(key, o => (o.Reference.Tag, o.Verification!.Mode) = ("v1.0.0", GitVerificationMode.TagAndHead))).VerifiedBy.Should().Contain(fingerprint);
    }

    [Fact]
    public async Task FetchAsync_UnsignedOrStranger_IsRefused()
    {
        using var gpg = new GpgHome();
        gpg.MakeKey("Alice <alice@example.com>");
        var stranger = gpg.MakeKey("Mallory <mallory@example.com>");

        Commit(gpg, null);
        (await Refusal(gpg.PublicKey("alice"))).Should().Contain("not signed");
        Commit(gpg, stranger);
        (await Refusal(gpg.PublicKey("alice"))).Should().Contain("not in the key ring");
        (await FetchAsync(gpg.PublicKey("alice") + gpg.PublicKey("mallory"))).VerifiedBy.Should().Contain("Mallory");
    }

    [Fact]
    public async Task FetchAsync_ExpiredKey_IsRefused()
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>", expires: "2d");
        Commit(gpg, fingerprint);
        var key = gpg.PublicKey("alice");

        (await FetchAsync(key)).VerifiedBy.Should().Contain(fingerprint);
        (await Refusal(key, clock: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(3)))).Should().Contain("expired");
    }

    [Fact]
    public async Task FetchAsync_RevokedKey_IsRefused()
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>");
        Commit(gpg, fingerprint);
        var certificate = Directory.EnumerateFiles(Path.Combine(gpg.Environment["GNUPGHOME"], "openpgp-revocs.d")).Single();
        await File.WriteAllTextAsync(certificate, (await File.ReadAllTextAsync(certificate, Token)).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal), Token);
        gpg.Gpg("--import", certificate);

        (await Refusal(gpg.PublicKey("alice"))).Should().Contain("revoked");
    }

    [Fact]
    public async Task FetchAsync_Subkey_IsVerified()
    {
        using var gpg = new GpgHome();
        gpg.Gpg("--passphrase", "", "--quick-gen-key", "Alice <alice@example.com>", "ed25519", "cert", "never");
        gpg.Gpg("--passphrase", "", "--quick-add-key", gpg.FingerprintOf("alice"), "ed25519", "sign", "never");
        Commit(gpg, "alice@example.com");

        (await FetchAsync(gpg.PublicKey("alice"))).VerifiedBy.Should().Contain("Alice");
    }

    [Fact]
    public async Task FetchAsync_CommitAltered_IsRefused()
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>");
        Commit(gpg, fingerprint);
        var raw = Git(gpg, "cat-file", "commit", "HEAD").Replace("change", "chance", StringComparison.Ordinal);
        var altered = Tools.Run("git", ["-C", _directory["work"], "hash-object", "-t", "commit", "-w", "--stdin"], input: raw).Trim();
        Git(gpg, "update-ref", "refs/heads/main", altered);

        (await Refusal(gpg.PublicKey("alice"))).Should().Contain("wrong");
    }

    [Fact]
    public async Task FetchAsync_LastGood_StaysAvailable()
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>");
        Commit(gpg, fingerprint);
        using var source = Source(gpg.PublicKey("alice"));
        var good = await source.FetchAsync(await source.ProbeAsync(Token), Token);
        Commit(gpg, null);

        var bad = await source.ProbeAsync(Token);

        (await source.Invoking(s => s.FetchAsync(bad, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.VerificationFailed);
        (await source.FetchAsync(good.Revision, Token)).VerifiedBy.Should().Be(good.VerifiedBy);
        good.Tree.Read(TreePath.Parse("a.yaml")).Length.Should().BePositive();
    }

    [Fact]
    public async Task OpenPgpSigner_Commit_IsAcceptedByGitAndByUs()
    {
        using var gpg = new GpgHome();
        gpg.MakeKey("Alice <alice@example.com>", passphrase: "open sesame");
        using var upstream = BareGitRepository.Create(_directory["work"]);
        var signer = new OpenPgpSigner(gpg.SecretKey("alice", "open sesame"), "open sesame");
        var revision = await upstream.CommitAsync(new GitCommit { Message = "signed", Changes = [GitFileChange.Write("a.yaml", "1")], Signer = signer }, Token);
        await upstream.TagAsync("v1.0.0", revision, "release", signer, Token);

        Tools.Run("git", ["-C", upstream.Directory, "verify-commit", revision.Digest], environment: gpg.Environment);
        Tools.Run("git", ["-C", upstream.Directory, "verify-tag", "v1.0.0"], environment: gpg.Environment);
        (await FetchAsync(gpg.PublicKey("alice"), o => (o.Reference.Tag, o.Verification!.Mode) = ("v1.0.0", GitVerificationMode.TagAndHead))).VerifiedBy.Should().Contain("Alice");
        var wrong = new OpenPgpSigner(gpg.SecretKey("alice", "open sesame"), "simsalabim");
        (await wrong.Invoking(w => w.SignAsync(new byte[] { 1 }, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.ToString().Should().NotContain("simsalabim");
    }

    private void Commit(GpgHome gpg, string? key)
    {
        if (!Directory.Exists(_directory["work"]))
        {
            Tools.Run("git", ["init", "-q", "-b", "main", _directory["work"]]);
        }

        File.AppendAllText(_directory["work/a.yaml"], "x\n");
        Git(gpg, "add", "-A");
        Git(gpg, ["commit", "-q", "-m", "change", .. key is null ? Array.Empty<string>() : [$"-S{key}"]]);
    }

    private string Git(GpgHome gpg, params string[] arguments) => Tools.Run("git", ["-C", _directory["work"], .. arguments], environment: gpg.Environment);

    private async Task<string> Refusal(string key, Action<GitSourceOptions>? configure = null, TimeProvider? clock = null)
    {
        var failure = (await this.Invoking(t => t.FetchAsync(key, configure, clock)).Should().ThrowAsync<GitOpsException>()).Which;
        failure.Reason.Should().Be(Reasons.VerificationFailed);
        return failure.Message;
    }

    private async Task<Artifact> FetchAsync(string key, Action<GitSourceOptions>? configure = null, TimeProvider? clock = null)
    {
        using var source = Source(key, configure, clock);
        return await source.FetchAsync(await source.ProbeAsync(Token), Token);
    }

    private GitSource Source(string key, Action<GitSourceOptions>? configure = null, TimeProvider? clock = null)
    {
        var options = new GitSourceOptions { Url = _directory["work"], CacheDirectory = _directory["cache"], Verification = new GitVerification { OpenPgpKeys = { key } } };
        configure?.Invoke(options);
        return new GitSource(options, new GitRepositoryPool(clock));
    }
}
