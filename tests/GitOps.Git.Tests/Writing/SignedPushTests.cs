using GitOps.Git.Tests.Servers;
using GitOps.Git.Tests.Verification;

namespace GitOps.Git.Tests.Writing;

/// <summary>What a writer pushes with a signature, Git itself accepts on the other side, also when the commit had to be made anew.</summary>
public sealed class SignedPushTests : UpstreamTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_OpenPgp_IsAcceptedByGit(bool isRebased)
    {
        using var gpg = new GpgHome();
        var fingerprint = gpg.MakeKey("Alice <alice@example.com>", passphrase: "open sesame");
        var signer = new OpenPgpSigner(gpg.SecretKey("alice", "open sesame"), "open sesame");

        var revision = await PushAsync(signer, isRebased);

        Tools.Run("git", ["-C", Upstream.Directory, "verify-commit", revision.Digest], environment: gpg.Environment);
        await VerifyAsync(revision, new GitVerification { OpenPgpKeys = { gpg.PublicKey("alice") } }, fingerprint);
    }

    [Theory]
    [InlineData("ed25519", false)]
    [InlineData("ed25519", true)]
    [InlineData("rsa", true)]
    [InlineData("ecdsa", true)]
    public async Task CommitAsync_Ssh_IsAcceptedByGit(string type, bool isRebased)
    {
        Assert.SkipUnless(Tools.HasSshKeygen, "ssh-keygen is not installed");
        SshServer.Keygen(Scratch.Path, "alice", type, "open sesame");
        var key = await File.ReadAllTextAsync(Scratch["alice.pub"], Token);
        await File.WriteAllTextAsync(Scratch["allowed"], $"alice@example.com {key}", Token);

        var revision = await PushAsync(new SshSigner(GitSecret.FromFile(Scratch["alice"]), "open sesame"), isRebased);

        Tools.Run("git", ["-C", Upstream.Directory, "-c", "gpg.format=ssh", "-c", $"gpg.ssh.allowedSignersFile={Scratch["allowed"]}", "verify-commit", revision.Digest]);
        await VerifyAsync(revision, new GitVerification { SshKeys = { key } }, "SSH key");
    }

    private async Task<Revision> PushAsync(IGitSigner signer, bool isRebased)
    {
        await using var server = await GitHttpServer.StartAsync(Served);
        var first = await Upstream.CommitAsync("first", GitFileChange.Write("a.yaml", "1"), GitFileChange.Write("b.yaml", "1"));
        var moves = isRebased ? 2 : 0;
        server.Intercept = async context =>
        {
            // Somebody else is faster: between the look at the branch and the push, it moves.
            if (context.Request.Path.Value!.EndsWith("git-receive-pack", StringComparison.Ordinal) && Interlocked.Decrement(ref moves) >= 0)
            {
                await Upstream.CommitAsync("other", GitFileChange.Write("b.yaml", $"theirs {moves}"));
            }

            return false;
        };
        using var writer = new GitWriter(Options($"{server.Url}/repo.git"));
        var revision = await writer.CommitAsync(
            new GitCommit { Message = "promote", Changes = [GitFileChange.Write("a.yaml", "2")], Author = new GitIdentity("Alice", "alice@example.com"), Signer = signer, Base = first },
            Token);

        var subjects = Tools.Run("git", ["-C", Upstream.Directory, "log", "--format=%s", "main"]).Trim().Split('\n');
        subjects.Should().Equal(isRebased ? ["promote", "other", "other", "first"] : ["promote", "first"]);
        return revision;
    }

    private async Task VerifyAsync(Revision revision, GitVerification verification, string signer)
    {
        using var source = Source(o => (o.Verification, o.CacheDirectory) = (verification, Scratch["reader"]));
        var artifact = await NewestAsync(source);
        artifact.Revision.Should().Be(revision);
        artifact.VerifiedBy.Should().Contain(signer);
    }
}
