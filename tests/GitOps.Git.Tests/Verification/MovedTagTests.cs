using GitOps.Git.Tests.Servers;
using LibGit2Sharp;

namespace GitOps.Git.Tests.Verification;

/// <summary>Somebody moves a signed tag: what it leads to now is refused, and what it led to before is served, also after a restart.</summary>
public sealed class MovedTagTests : UpstreamTest
{
    private SshSigner? _signer;

    [Theory]
    [InlineData("lightweight")]
    [InlineData("annotated, not signed")]
    [InlineData("signed, on an unsigned commit", GitVerificationMode.TagAndHead)]
    [InlineData("signed, on an unsigned commit", GitVerificationMode.Head)]
    [InlineData("signed for another commit")]
    public async Task FetchAsync_TagMovedToWhatIsNotSigned_LastGoodIsServedAfterRestarts(string move, GitVerificationMode mode = GitVerificationMode.Tag)
    {
        var first = await CommitAsync("1", isSigned: true);
        await Upstream.TagAsync("v1.0.0", first, "release", Signer, Token);
        Revision good;
        string? signer;
        using (var source = Restart(mode))
        {
            var artifact = await NewestAsync(source);
            (good, signer) = (artifact.Revision, artifact.VerifiedBy);
        }

        await MoveAsync(move);
        using (var source = Restart(mode))
        {
            var bad = await source.ProbeAsync(Token);
            bad.Digest.Should().NotBe(first.Digest);
            var refused = (await source.Invoking(s => s.FetchAsync(bad, Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which;
            refused.Reason.Should().Be(Reasons.VerificationFailed);
            refused.Message.Should().Contain(bad.ToString());
            (await source.FetchAsync(good, Token)).VerifiedBy.Should().Be(signer, "in the same process");
        }

        for (var restart = 0; restart < 2; restart++)
        {
            using var source = Restart(mode);
            var artifact = await source.FetchAsync(good, Token);
            artifact.VerifiedBy.Should().Be(signer, "after a restart");
            Text(artifact).Should().Be("1");
        }

        var third = await CommitAsync("3", isSigned: true);
        await Upstream.TagAsync("v1.0.0", third, "release", Signer, Token);
        using var recovered = Restart(mode);
        Text(await NewestAsync(recovered)).Should().Be("3");
    }

    [Fact]
    public async Task FetchAsync_TagRemoved_LastGoodIsServedAfterARestart()
    {
        var first = await CommitAsync("1", isSigned: false);
        await Upstream.TagAsync("v1.0.0", first, "release", Signer, Token);
        Revision good;
        using (var source = Restart(GitVerificationMode.Tag))
        {
            good = (await NewestAsync(source)).Revision;
        }

        Upstream.SetReference("refs/tags/v1.0.0", null);
        using var restarted = Restart(GitVerificationMode.Tag);

        (await restarted.Invoking(s => s.ProbeAsync(Token).AsTask()).Should().ThrowAsync<GitOpsException>()).Which.Reason.Should().Be(Reasons.NotFound);
        Text(await restarted.FetchAsync(good, Token)).Should().Be("1");
    }

    private SshSigner Signer
    {
        get
        {
            if (_signer is null)
            {
                Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
                SshServer.Keygen(Scratch.Path, "alice", "ed25519");
                _signer = new SshSigner(GitSecret.FromFile(Scratch["alice"]));
            }

            return _signer;
        }
    }

    private async Task MoveAsync(string move)
    {
        var second = await CommitAsync("2", isSigned: false);
        switch (move)
        {
            case "lightweight":
                await Upstream.TagAsync("v1.0.0", second, cancellationToken: Token);
                break;
            case "annotated, not signed":
                await Upstream.TagAsync("v1.0.0", second, "release", cancellationToken: Token);
                break;
            case "signed, on an unsigned commit":
                await Upstream.TagAsync("v1.0.0", second, "release", Signer, Token);
                break;
            default:
                // The signature of the old tag under a tag for the new commit.
                await Upstream.TagAsync("v1.0.0", second, "release", new Replay(await File.ReadAllTextAsync(Scratch["alice.pub"], Token)), Token);
                break;
        }
    }

    [Fact]
    public async Task Verify_TagOfAnotherCommitOrOfATag_SaysNothingOfThisOne()
    {
        var first = await CommitAsync("1", isSigned: true);
        var second = await CommitAsync("2", isSigned: true);
        await Upstream.TagAsync("v1.0.0", second, "release", Signer, Token);
        Tools.Run("git", ["-C", Upstream.Directory, "-c", "user.name=a", "-c", "user.email=a@b", "tag", "-m", "nested", "nested", "v1.0.0"]);
        var verification = new GitVerification { Mode = GitVerificationMode.Tag, SshKeys = { GitSecret.FromFile(Scratch["alice.pub"]) } };
        var verifier = await SignatureVerifier.CreateAsync(verification, TimeProvider.System, new SecretReading(null), Token);
        using var repository = new Repository(Upstream.Directory);

        Verify(second, "v1.0.0").Should().NotThrow();
        Verify(first, "v1.0.0").Should().Throw<GitOpsException>().WithMessage("*for another object*");
        Verify(second, "nested").Should().Throw<GitOpsException>().WithMessage("*for another object*");

        Func<string> Verify(Revision revision, string tag) => () => verifier.Verify(repository, repository.Lookup<Commit>(revision.Digest), repository.Refs[$"refs/tags/{tag}"].TargetIdentifier);
    }

    private ValueTask<Revision> CommitAsync(string content, bool isSigned) =>
        Upstream.CommitAsync(new GitCommit { Message = content, Changes = [GitFileChange.Write("a.yaml", content)], Signer = isSigned ? Signer : null }, Token);

    private GitSource Restart(GitVerificationMode mode) => Source(o =>
    {
        o.Reference.Tag = "v1.0.0";
        o.Verification = new GitVerification { Mode = mode, SshKeys = { GitSecret.FromFile(Scratch["alice.pub"]) } };
    });

    /// <summary>A signature that is none.</summary>
    private sealed class Replay(string text) : IGitSigner
    {
        public ValueTask<string> SignAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
            ValueTask.FromResult($"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text))}\n-----END SSH SIGNATURE-----\n");
    }
}
